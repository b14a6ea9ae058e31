package dev.outpost.agent.metric.oshi;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;

/** Memory of a cgroup, of either version: the files have other names but tell the same. */
final class CgroupMemory {

    /** No limit; above all limits that version 1 writes when there is none, the largest multiple of a page. */
    static final long UNLIMITED = KernelFile.UNLIMITED;

    private static final long ANY_LIMIT_IS_BELOW = 1L << 62;

    private final KernelFile reader;
    private final File usage;
    private final File statistics;
    private final byte[] inactiveFileKey;
    private final long limit;

    CgroupMemory(CgroupDirectory directory, KernelFile reader) throws IOException {
        boolean unified = directory.unified();
        this.reader = reader;
        this.usage = directory.file(unified ? "memory.current" : "memory.usage_in_bytes");
        this.statistics = directory.file("memory.stat");
        this.inactiveFileKey = KernelFile.key(unified ? "inactive_file" : "total_inactive_file");
        this.limit = leastLimit(directory, unified ? "memory.max" : "memory.limit_in_bytes");
    }

    private long leastLimit(CgroupDirectory directory, String name) throws IOException {
        long least = UNLIMITED;
        for (Path ancestor : directory.upwards()) {
            long own = reader.load(ancestor.resolve(name).toFile()).number(0);
            if (own != KernelFile.ABSENT && own < ANY_LIMIT_IS_BELOW) {
                least = Math.min(least, own);
            }
        }
        return least;
    }

    /** The least limit of the cgroup and its ancestors in bytes, as of when this was made. */
    long limit() {
        return limit;
    }

    /** Bytes charged to the cgroup, caches of files included; or {@link KernelFile#ABSENT}. */
    long usage() throws IOException {
        return reader.load(usage).number(0);
    }

    /** Bytes of {@link #usage} that the kernel would give up first; or {@link KernelFile#ABSENT}. */
    long inactiveFile() throws IOException {
        return reader.load(statistics).numberOf(inactiveFileKey);
    }
}
