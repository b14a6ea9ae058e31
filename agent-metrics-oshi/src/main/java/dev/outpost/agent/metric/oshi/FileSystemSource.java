package dev.outpost.agent.metric.oshi;

import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import java.io.File;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import oshi.software.os.OSFileStore;

/** Space of the mounted file systems; see {@link OshiMetrics#fileSystems()}. */
final class FileSystemSource implements MetricSource {

    private static final Instrument USAGE =
            Instrument.upDownCounter("system.filesystem.usage", "By", "Space of a file system by state.");
    private static final Instrument UTILIZATION =
            Instrument.gauge("system.filesystem.utilization", "1", "Share of a file system's space in each state.");
    private static final Instrument LIMIT =
            Instrument.upDownCounter("system.filesystem.limit", "By", "Space a file system has.");

    private final Machine machine;
    private final Devices<Volume> volumes;

    FileSystemSource(Machine machine, LongSupplier nanoTime) {
        this.machine = machine;
        this.volumes = new Devices<>("file systems", this::list, Volume::update, nanoTime);
    }

    @Override
    public String name() {
        return "oshi-file-systems";
    }

    @Override
    public void collect(MetricRecorder recorder) throws IOException {
        List<Volume> present = volumes.upToDate();
        for (Volume volume : present) {
            recorder.record(USAGE, volume.used, volume.usedBytes());
            recorder.record(USAGE, volume.free, volume.freeBytes());
            recorder.record(USAGE, volume.reserved, volume.reservedBytes());
        }
        for (Volume volume : present) {
            double limit = volume.totalBytes();
            recorder.record(UTILIZATION, volume.used, volume.usedBytes() / limit);
            recorder.record(UTILIZATION, volume.free, volume.freeBytes() / limit);
            recorder.record(UTILIZATION, volume.reserved, volume.reservedBytes() / limit);
        }
        for (Volume volume : present) {
            recorder.record(LIMIT, volume.self, volume.totalBytes());
        }
    }

    private List<Volume> list() {
        Map<String, OSFileStore> visible = new LinkedHashMap<>();
        for (OSFileStore store : machine.system().getFileSystem().getFileStores()) {
            visible.put(store.getMount(), store); // a later mount hides an earlier one at the same place
        }
        return visible.values().stream()
                .filter(FileSystemSource::isMeasurable)
                .map(Volume::new)
                .filter(Volume::update)
                .toList();
    }

    /**
     * Whether there is something to be measured without risk. No space at all is OSHI's word for a file server that does
     * not answer, which must not be asked again; a mounted file, such as {@code /etc/hosts} in a container, repeats the
     * figures of a disk.
     */
    static boolean isMeasurable(OSFileStore store) {
        return store.getTotalSpace() > 0 && !(store.isLocal() && new File(store.getMount()).isFile());
    }
}
