package dev.outpost.agent.metric.oshi;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;
import oshi.hardware.HWDiskStore;

/** Work of the disks; see {@link OshiMetrics#disks()}. */
final class DiskSource implements MetricSource {

    private static final Instrument IO =
            Instrument.counter("system.disk.io", "By", "Bytes read from and written to a disk.");
    private static final Instrument OPERATIONS =
            Instrument.counter("system.disk.operations", "{operation}", "Reads and writes a disk completed.");
    private static final Instrument IO_TIME =
            Instrument.counter("system.disk.io_time", "s", "Time a disk was at work.");

    private static final double MILLIS_PER_SECOND = 1_000;

    private final Machine machine;
    private final Devices<Disk> disks;

    DiskSource(Machine machine, LongSupplier nanoTime) {
        this.machine = machine;
        this.disks = new Devices<>("disks", this::list, disk -> disk.device.updateAttributes(), nanoTime);
    }

    /** A disk and the attributes of its points. */
    private record Disk(HWDiskStore device, Attributes self, Attributes read, Attributes write) {

        static Disk of(HWDiskStore device) {
            String name = device.getName();
            return new Disk(
                    device,
                    Attributes.of("system.device", name),
                    Attributes.of("system.device", name, "disk.io.direction", "read"),
                    Attributes.of("system.device", name, "disk.io.direction", "write"));
        }
    }

    @Override
    public String name() {
        return "oshi-disks";
    }

    @Override
    public void collect(MetricRecorder recorder) throws IOException {
        List<Disk> present = disks.upToDate();
        machine.countFromBoot(recorder);
        for (Disk disk : present) {
            recorder.record(IO, disk.read, disk.device.getReadBytes());
            recorder.record(IO, disk.write, disk.device.getWriteBytes());
        }
        for (Disk disk : present) {
            recorder.record(OPERATIONS, disk.read, disk.device.getReads());
            recorder.record(OPERATIONS, disk.write, disk.device.getWrites());
        }
        for (Disk disk : present) {
            recorder.record(IO_TIME, disk.self, disk.device.getTransferTime() / MILLIS_PER_SECOND);
        }
    }

    private List<Disk> list() {
        return machine.hardware().getDiskStores().stream().map(Disk::of).toList();
    }
}
