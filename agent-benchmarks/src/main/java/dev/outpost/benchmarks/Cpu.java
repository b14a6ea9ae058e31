package dev.outpost.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * CPU time used so far, in nanoseconds.
 *
 * @param time when that was
 * @param process of the whole JVM, compiler and collector included
 * @param agent of each thread of an agent, by name
 */
record Cpu(long time, long process, Map<String, Long> agent) {

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    static Cpu now() {
        Map<String, Long> agent = new TreeMap<>();
        for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith("outpost-")) {
                agent.put(thread.getThreadName(), THREADS.getThreadCpuTime(thread.getThreadId()));
            }
        }
        return new Cpu(System.nanoTime(), SYSTEM.getProcessCpuTime(), agent);
    }

    /** Since {@code before}, in percent of one processor. */
    double percentSince(Cpu before) {
        return 100.0 * (process - before.process) / (time - before.time);
    }

    /** Since {@code before}, in seconds of one processor. */
    double secondsSince(Cpu before) {
        return (process - before.process) / 1e9;
    }

    /** The agent's threads, each with its percentage since {@code before}. */
    String threadsSince(Cpu before) {
        return agent.entrySet().stream()
                .map(thread -> String.format(
                        Locale.ROOT,
                        "%s %.2f %%",
                        thread.getKey(),
                        100.0
                                * (thread.getValue() - before.agent.getOrDefault(thread.getKey(), 0L))
                                / (time - before.time)))
                .collect(Collectors.joining(", "));
    }
}
