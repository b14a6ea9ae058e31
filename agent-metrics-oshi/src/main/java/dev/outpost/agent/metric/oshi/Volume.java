package dev.outpost.agent.metric.oshi;

import dev.outpost.agent.attribute.Attributes;
import java.io.File;
import java.util.List;
import oshi.software.os.OSFileStore;

/**
 * A mounted file system: the attributes of its points, and its space as of the last {@link #update}.
 *
 * <p>Space is asked of the JDK, not of OSHI, whose update may list all file systems again: two system calls instead of a
 * child process.
 */
final class Volume {

    final Attributes self;
    final Attributes used;
    final Attributes free;
    final Attributes reserved;

    private final File mountPoint;
    private long totalBytes;
    private long unusedBytes;
    private long freeBytes;

    Volume(OSFileStore store) {
        mountPoint = new File(store.getMount());
        self = Attributes.builder()
                .put("system.device", store.getVolume())
                .put("system.filesystem.mountpoint", store.getMount())
                .put("system.filesystem.type", store.getType())
                .put("system.filesystem.mode", mode(store.getOptions()))
                .build();
        used = inState("used");
        free = inState("free");
        reserved = inState("reserved");
    }

    /** {@code options} are those of the mount, such as "rw,noatime". */
    private static String mode(String options) {
        return List.of(options.split(",", -1)).contains("ro") ? "ro" : "rw";
    }

    private Attributes inState(String state) {
        return Attributes.builder()
                .putAll(self)
                .put("system.filesystem.state", state)
                .build();
    }

    /** Asks for the present figures; false when it is no longer there. */
    boolean update() {
        totalBytes = mountPoint.getTotalSpace();
        unusedBytes = mountPoint.getFreeSpace();
        freeBytes = Math.min(unusedBytes, mountPoint.getUsableSpace()); // unequal moments
        return totalBytes > 0;
    }

    long totalBytes() {
        return totalBytes;
    }

    long usedBytes() {
        return Math.max(0, totalBytes - unusedBytes);
    }

    /** Free for everybody. */
    long freeBytes() {
        return freeBytes;
    }

    /** Free for the superuser alone. */
    long reservedBytes() {
        return unusedBytes - freeBytes;
    }
}
