package dev.outpost.agent.metric.oshi;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** The container, as the process's cgroup tells of it; see {@link OshiMetrics#cgroup()}. */
final class CgroupSource implements MetricSource {

    private static final Instrument MEMORY_USAGE =
            Instrument.upDownCounter("container.memory.usage", "By", "Memory of the container, caches included.");
    private static final Instrument MEMORY_WORKING_SET = Instrument.upDownCounter(
            "container.memory.working_set",
            "By",
            "Memory of the container without what the kernel would give up first.");
    private static final Instrument MEMORY_AVAILABLE = Instrument.upDownCounter(
            "container.memory.available", "By", "Memory the container may still take: limit less working set.");
    private static final Instrument MEMORY_LIMIT =
            Instrument.upDownCounter("container.memory.usage.limit", "By", "Memory the container may use.");
    private static final Instrument CPU_TIME =
            Instrument.counter("container.cpu.time", "s", "CPU time the container has used in each mode.");
    private static final Instrument CPU_USAGE =
            Instrument.gauge("container.cpu.usage", "{cpu}", "CPUs the container has kept busy in each mode.");
    private static final Instrument CPU_LIMIT =
            Instrument.gauge("container.cpu.limit", "{cpus}", "CPUs the container may use.");
    private static final Instrument PERIODS = Instrument.counter(
            "container.cpu.throttling_data.periods", "{periods}", "Periods in which the CPU limit was enforced.");
    private static final Instrument THROTTLED_PERIODS = Instrument.counter(
            "container.cpu.throttling_data.throttled_periods", "{periods}", "Periods in which the container was held.");
    private static final Instrument THROTTLED_TIME = Instrument.counter(
            "container.cpu.throttling_data.throttled_time", "ns", "Time for which the container was held.");

    private static final Attributes USER = Attributes.of("cpu.mode", "user");
    private static final Attributes SYSTEM = Attributes.of("cpu.mode", "system");

    private static final double NANOS_PER_SECOND = 1e9;

    private final LongSupplier bootEpochNanos;
    private final Refreshed<Cgroup> cgroup;
    private final CgroupCpu.Usage usage = new CgroupCpu.Usage();
    private final CpuRate user;
    private final CpuRate system;

    /** Reads the files of the kernel below {@code root}. */
    CgroupSource(Path root, LongSupplier bootEpochNanos, LongSupplier nanoTime) {
        KernelFile reader = new KernelFile();
        this.bootEpochNanos = bootEpochNanos;
        this.cgroup = new Refreshed<>(() -> Cgroup.find(root, reader), nanoTime);
        this.user = new CpuRate(nanoTime);
        this.system = new CpuRate(nanoTime);
    }

    @Override
    public String name() {
        return "oshi-cgroup";
    }

    @Override
    public void collect(MetricRecorder recorder) throws IOException {
        Cgroup present = cgroup.get();
        if (!present.isLimited()) {
            return;
        }
        if (present.memory() != null) {
            recordMemory(recorder, present.memory());
        }
        if (present.cpu() != null) {
            recordCpu(recorder, present.cpu());
        }
    }

    private static void recordMemory(MetricRecorder recorder, CgroupMemory memory) throws IOException {
        long usage = memory.usage();
        long inactive = memory.inactiveFile();
        boolean limited = memory.limit() != CgroupMemory.UNLIMITED;
        if (limited) {
            recorder.record(MEMORY_LIMIT, memory.limit());
        }
        if (usage == KernelFile.ABSENT) {
            return;
        }
        recorder.record(MEMORY_USAGE, usage);
        if (inactive == KernelFile.ABSENT) {
            return;
        }
        long workingSet = Math.max(0, usage - inactive); // unequal moments
        recorder.record(MEMORY_WORKING_SET, workingSet);
        if (limited) {
            recorder.record(MEMORY_AVAILABLE, Math.max(0, memory.limit() - workingSet));
        }
    }

    private void recordCpu(MetricRecorder recorder, CgroupCpu cpu) throws IOException {
        if (Double.isFinite(cpu.limit())) {
            recorder.record(CPU_LIMIT, cpu.limit());
        }
        cpu.read(usage);
        // When the cgroup was made nobody tells; not before the machine was started, when its totals were 0 for sure.
        recorder.since(bootEpochNanos.getAsLong());
        if (usage.userNanos != KernelFile.ABSENT && usage.systemNanos != KernelFile.ABSENT) {
            recorder.record(CPU_TIME, USER, usage.userNanos / NANOS_PER_SECOND);
            recorder.record(CPU_TIME, SYSTEM, usage.systemNanos / NANOS_PER_SECOND);
            recordCpuUsage(recorder, user.advance(usage.userNanos), system.advance(usage.systemNanos));
        }
        recordKnown(recorder, PERIODS, usage.periods);
        recordKnown(recorder, THROTTLED_PERIODS, usage.throttledPeriods);
        recordKnown(recorder, THROTTLED_TIME, usage.throttledNanos);
    }

    private static void recordCpuUsage(MetricRecorder recorder, double inUser, double inSystem) {
        if (inUser != CpuRate.UNKNOWN && inSystem != CpuRate.UNKNOWN) {
            recorder.record(CPU_USAGE, USER, inUser);
            recorder.record(CPU_USAGE, SYSTEM, inSystem);
        }
    }

    private static void recordKnown(MetricRecorder recorder, Instrument instrument, long value) {
        if (value != KernelFile.ABSENT) {
            recorder.record(instrument, value);
        }
    }
}
