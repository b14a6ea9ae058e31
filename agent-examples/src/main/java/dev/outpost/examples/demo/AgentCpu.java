package dev.outpost.examples.demo;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * CPU time of the agent's threads, also of those that have ended, as far as they were seen. In one process with the control
 * center that is the only way to tell the two apart. Used by one thread.
 */
final class AgentCpu {

    private static final Pattern AGENT_THREAD =
            Pattern.compile("outpost-(control|telemetry|sampler|grpc-\\d+|task-\\d+|listener-\\d+)");

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Map<Long, Long> nanosByThread = new HashMap<>();

    /** Looks again, and gives the total so far. */
    Duration total() {
        for (ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (info != null && AGENT_THREAD.matcher(info.getThreadName()).matches()) {
                long nanos = threads.getThreadCpuTime(info.getThreadId());
                if (nanos > 0) {
                    nanosByThread.merge(info.getThreadId(), nanos, Math::max);
                }
            }
        }
        return Duration.ofNanos(
                nanosByThread.values().stream().mapToLong(Long::longValue).sum());
    }
}
