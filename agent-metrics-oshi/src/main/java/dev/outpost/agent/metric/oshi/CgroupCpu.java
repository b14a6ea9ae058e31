package dev.outpost.agent.metric.oshi;

import java.io.IOException;

/** CPU time of a cgroup. Each version of cgroups has its implementation. */
interface CgroupCpu {

    /** What a cgroup has used since it was made; each number may be {@link KernelFile#ABSENT}. */
    final class Usage {
        long userNanos;
        long systemNanos;
        long periods;
        long throttledPeriods;
        long throttledNanos;
    }

    /** The least limit of the cgroup and its ancestors in CPUs, as of when this was made; infinite without one. */
    double limit();

    /** Reads all of {@code usage}. */
    void read(Usage usage) throws IOException;

    /** The limit that is set by {@code quota} of CPU time in each {@code period}. */
    static double limit(long quota, long period) {
        return quota > 0 && quota != KernelFile.UNLIMITED && period > 0
                ? (double) quota / period
                : Double.POSITIVE_INFINITY;
    }
}
