package dev.outpost.agent.metric.oshi;

import dev.outpost.agent.metric.MetricSource;
import java.nio.file.Path;
import java.util.List;

/**
 * The front door: metric sources for the machine, the container and the own process.
 *
 * <pre>{@code
 * builder.metrics(OshiMetrics.all(), Duration.ofSeconds(10));
 * }</pre>
 *
 * <p>Names, units and attributes are those of the OpenTelemetry semantic conventions 1.44.0 (<a
 * href="https://opentelemetry.io/docs/specs/semconv/system/system-metrics/">system</a>, <a
 * href="https://opentelemetry.io/docs/specs/semconv/system/process-metrics/">process</a>, <a
 * href="https://opentelemetry.io/docs/specs/semconv/system/container-metrics/">container</a>). {@link #cpu()} and {@link
 * #memory()} feed the heartbeat.
 *
 * <p>Every call gives a new source, to be given to one agent. Making one costs nothing: the operating system is asked at
 * the first collection, on the agent's sampler thread, which then costs about a tenth of a second of CPU time. What
 * OSHI needs is held for the life of the class and shared by all sources.
 *
 * <p>Network interfaces, disks and file systems are listed anew at most every 30 seconds, so one that is new appears
 * after that time at the latest. An interface or a disk that is gone is left out at once, a file system with the next
 * listing; until then its mount point shows the space of the file system that it lies in. Of each kind at most 64 are
 * measured, and that there are more is logged once; of logical CPUs the first 64 are measured one by one, all count in
 * the total. What the operating system does not tell is left out rather than recorded as 0.
 */
public final class OshiMetrics {

    private OshiMetrics() {}

    /**
     * Everything below in one source. When a part fails, the others are collected all the same; then the first failure
     * is thrown, with those of other parts as suppressed exceptions.
     *
     * <p>A part that hangs cannot be passed over. File systems come last, so that one on a dead server costs no other
     * points of its first collection; where that can happen, register the parts one by one instead.
     */
    public static MetricSource all() {
        return new CompositeSource(
                "oshi", List.of(cpu(), memory(), cgroup(), process(), network(), disks(), fileSystems()));
    }

    /**
     * CPU time {@code system.cpu.time{cpu.mode}}, its shares {@code system.cpu.utilization{cpu.mode}} in total and, with
     * {@code cpu.logical_number}, of each logical CPU, {@code system.cpu.logical.count}, {@code
     * system.cpu.physical.count} and the load averages {@code system.cpu.load_average.1m}, {@code .5m} and {@code .15m}.
     *
     * <p>Shares are those of the time between two collections, so there are none in the first. The semantic conventions
     * name no load averages; these are named as in the host metrics receiver of the OpenTelemetry collector.
     */
    public static MetricSource cpu() {
        return new CpuSource(Machine.shared());
    }

    /**
     * Memory of the machine {@code system.memory.usage{system.memory.state}}, {@code system.memory.utilization}, {@code
     * system.memory.limit} and, on Linux, {@code system.memory.linux.available}; swap space {@code
     * system.paging.usage{system.paging.state}} and {@code system.paging.utilization}.
     *
     * <p>The states are {@code used} and {@code free}, which add up to the limit: what the kernel would give up for a
     * program, such as caches, counts as free.
     */
    public static MetricSource memory() {
        return new MemorySource(Machine.shared());
    }

    /**
     * Traffic {@code system.network.io}, {@code system.network.packet.count}, {@code system.network.errors} and {@code
     * system.network.packet.dropped}, each by {@code network.interface.name} and {@code network.io.direction}; dropped
     * packets of direction {@code receive} only. Of the interfaces that have an address, without loopback; those with a
     * low index, which the machine had first, are preferred when there are too many.
     */
    public static MetricSource network() {
        return new NetworkSource(Machine.shared(), System::nanoTime);
    }

    /**
     * Work of the disks {@code system.disk.io} and {@code system.disk.operations}, by {@code system.device} and {@code
     * disk.io.direction}, and {@code system.disk.io_time} by {@code system.device}. Physical and virtual hardware only:
     * on Linux without partitions, loop devices, and volumes of the device mapper.
     */
    public static MetricSource disks() {
        return new DiskSource(Machine.shared(), System::nanoTime);
    }

    /**
     * Space {@code system.filesystem.usage} and {@code system.filesystem.utilization} by {@code
     * system.filesystem.state}, and {@code system.filesystem.limit}; each by {@code system.device}, {@code
     * system.filesystem.mountpoint}, {@code system.filesystem.type} and {@code system.filesystem.mode}. The states
     * {@code used}, {@code free} and {@code reserved} (for the superuser) add up to the limit. Pseudo file systems and
     * single files that are mounted, as container engines do, are left out.
     *
     * <p><b>Network file systems:</b> the operating system may hold a caller for minutes when the server does not
     * answer, and no interrupt helps. A server found dead when file systems are listed is left out; one that dies later
     * is met by the agent's collection deadline, which gives up the thread: this source then gets no call until its
     * call returns. On machines with such mounts, register this source on its own, at a longer interval, rather than as
     * part of {@link #all()}.
     */
    public static MetricSource fileSystems() {
        return new FileSystemSource(Machine.shared(), System::nanoTime);
    }

    /**
     * The own process: {@code process.cpu.time{cpu.mode}}, {@code process.cpu.utilization{cpu.mode}} (from the second
     * collection on), {@code process.memory.usage}, {@code process.memory.virtual}, {@code process.thread.count}, {@code
     * process.unix.file_descriptor.count} (on Windows {@code process.windows.handle.count}) and {@code process.uptime}.
     */
    public static MetricSource process() {
        return new ProcessSource(Machine.shared(), System::nanoTime);
    }

    /**
     * The container, read from the files of the process's cgroup, version 1 or 2: {@code container.memory.usage}, {@code
     * container.memory.working_set}, {@code container.memory.available}, {@code container.cpu.time{cpu.mode}}, {@code
     * container.cpu.usage{cpu.mode}} (in CPUs, from the second collection on); and, named as in the Docker receiver of
     * the OpenTelemetry collector because the semantic conventions lack them, {@code container.memory.usage.limit},
     * {@code container.cpu.limit}, and {@code container.cpu.throttling_data.periods}, {@code .throttled_periods} and
     * {@code .throttled_time}.
     *
     * <p>The other sources tell of the whole machine even within a container. A limit is the least one of the cgroup and
     * its visible ancestors. Without any limit, and where there are no cgroups, nothing is recorded: the figures of the
     * machine are then the truth.
     */
    public static MetricSource cgroup() {
        return new CgroupSource(Path.of("/"), Machine.shared()::bootEpochNanos, System::nanoTime);
    }
}
