package dev.outpost.agent.metric.oshi;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Version 2: one file limits, one counts; all times are in microseconds. */
final class CgroupCpuV2 implements CgroupCpu {

    private static final byte[] USER_MICROS = KernelFile.key("user_usec");
    private static final byte[] SYSTEM_MICROS = KernelFile.key("system_usec");
    private static final byte[] PERIODS = KernelFile.key("nr_periods");
    private static final byte[] THROTTLED_PERIODS = KernelFile.key("nr_throttled");
    private static final byte[] THROTTLED_MICROS = KernelFile.key("throttled_usec");

    private final KernelFile reader;
    private final File statistics;
    private final double limit;

    CgroupCpuV2(CgroupDirectory directory, KernelFile reader) throws IOException {
        this.reader = reader;
        this.statistics = directory.file("cpu.stat");
        this.limit = leastLimit(directory);
    }

    private double leastLimit(CgroupDirectory directory) throws IOException {
        double least = Double.POSITIVE_INFINITY;
        for (Path ancestor : directory.upwards()) {
            reader.load(ancestor.resolve("cpu.max").toFile());
            least = Math.min(least, CgroupCpu.limit(reader.number(0), reader.number(1)));
        }
        return least;
    }

    @Override
    public double limit() {
        return limit;
    }

    @Override
    public void read(Usage usage) throws IOException {
        reader.load(statistics);
        usage.userNanos = nanos(USER_MICROS);
        usage.systemNanos = nanos(SYSTEM_MICROS);
        usage.periods = reader.numberOf(PERIODS);
        usage.throttledPeriods = reader.numberOf(THROTTLED_PERIODS);
        usage.throttledNanos = nanos(THROTTLED_MICROS);
    }

    private long nanos(byte[] key) {
        long micros = reader.numberOf(key);
        return micros == KernelFile.ABSENT ? KernelFile.ABSENT : TimeUnit.MICROSECONDS.toNanos(micros);
    }
}
