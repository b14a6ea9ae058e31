package dev.outpost.agent.metric.oshi;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Version 1: the controller {@code cpu} limits, the controller {@code cpuacct} counts; all times are in nanoseconds but
 * those of the limit.
 */
final class CgroupCpuV1 implements CgroupCpu {

    private static final byte[] PERIODS = KernelFile.key("nr_periods");
    private static final byte[] THROTTLED_PERIODS = KernelFile.key("nr_throttled");
    private static final byte[] THROTTLED_NANOS = KernelFile.key("throttled_time");

    private final KernelFile reader;
    private final File statistics;
    private final @Nullable File user;
    private final @Nullable File system;
    private final double limit;

    CgroupCpuV1(CgroupDirectory cpu, @Nullable CgroupDirectory accounting, KernelFile reader) throws IOException {
        this.reader = reader;
        this.statistics = cpu.file("cpu.stat");
        this.user = accounting == null ? null : accounting.file("cpuacct.usage_user");
        this.system = accounting == null ? null : accounting.file("cpuacct.usage_sys");
        this.limit = leastLimit(cpu);
    }

    private double leastLimit(CgroupDirectory cpu) throws IOException {
        double least = Double.POSITIVE_INFINITY;
        for (Path ancestor : cpu.upwards()) {
            long quota =
                    reader.load(ancestor.resolve("cpu.cfs_quota_us").toFile()).number(0);
            long period =
                    reader.load(ancestor.resolve("cpu.cfs_period_us").toFile()).number(0);
            least = Math.min(least, CgroupCpu.limit(quota, period));
        }
        return least;
    }

    @Override
    public double limit() {
        return limit;
    }

    @Override
    public void read(Usage usage) throws IOException {
        usage.userNanos = nanos(user);
        usage.systemNanos = nanos(system);
        reader.load(statistics);
        usage.periods = reader.numberOf(PERIODS);
        usage.throttledPeriods = reader.numberOf(THROTTLED_PERIODS);
        usage.throttledNanos = reader.numberOf(THROTTLED_NANOS);
    }

    private long nanos(@Nullable File file) throws IOException {
        return file == null ? KernelFile.ABSENT : reader.load(file).number(0);
    }
}
