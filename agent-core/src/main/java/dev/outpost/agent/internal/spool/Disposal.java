package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes files that nobody needs. One that cannot be deleted stands in nobody's way: it is remembered, counted, and tried
 * again. Disk thread only.
 */
final class Disposal {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent");

    private final SpoolFiles files;
    private final Map<Path, Long> left = new LinkedHashMap<>();

    Disposal(SpoolFiles files) {
        this.files = files;
    }

    /** Deletes a file, now or later. */
    void delete(Path path, long size) {
        try {
            files.delete(path);
            left.remove(path);
        } catch (IOException e) {
            left.put(path, size);
            note("a file could not be deleted", e);
        }
    }

    /** Tries once more what could not be deleted. */
    void retry() {
        Map.copyOf(left).forEach(this::delete);
    }

    /** Bytes of what could not be deleted. */
    long bytes() {
        long bytes = 0;
        for (long size : left.values()) {
            bytes += size;
        }
        return bytes;
    }

    /** Logs a failure that costs nothing but room or evidence. */
    static void note(String what, IOException failure) {
        LOG.debug("event=spool.cleanup.failed {}", what, failure);
    }
}
