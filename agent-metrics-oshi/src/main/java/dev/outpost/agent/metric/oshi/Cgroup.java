package dev.outpost.agent.metric.oshi;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The cgroup of the process with its limits, as of when it was found.
 *
 * @param memory its memory; null when no controller counts it
 * @param cpu its CPU time; null when no controller counts it
 */
record Cgroup(@Nullable CgroupMemory memory, @Nullable CgroupCpu cpu) {

    /** Finds it below {@code root}. */
    static Cgroup find(Path root, KernelFile reader) throws IOException {
        CgroupLocator locator = CgroupLocator.read(root);
        CgroupDirectory memory = locator.find("memory");
        return new Cgroup(memory == null ? null : new CgroupMemory(memory, reader), findCpu(locator, reader));
    }

    private static @Nullable CgroupCpu findCpu(CgroupLocator locator, KernelFile reader) throws IOException {
        CgroupDirectory cpu = locator.find("cpu");
        if (cpu == null) {
            return null;
        }
        return cpu.unified() ? new CgroupCpuV2(cpu, reader) : new CgroupCpuV1(cpu, locator.find("cpuacct"), reader);
    }

    /** Whether it holds the process to less than the whole machine. */
    boolean isLimited() {
        boolean memoryIsLimited = memory != null && memory.limit() != CgroupMemory.UNLIMITED;
        boolean cpuIsLimited = cpu != null && Double.isFinite(cpu.limit());
        return memoryIsLimited || cpuIsLimited;
    }
}
