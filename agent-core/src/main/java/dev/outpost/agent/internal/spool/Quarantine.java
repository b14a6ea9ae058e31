package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Batches that are damaged or that no destination takes, each a segment of one frame, for people to look at. At most 16
 * files and so many bytes; the oldest go first. Disk thread only.
 */
final class Quarantine {

    static final String DIRECTORY = "quarantine";
    private static final int MOST_FILES = 16;

    private final Path directory;
    private final SpoolFiles files;
    private final long maxBytes;
    private final Deque<Kept> kept = new ArrayDeque<>();
    private long bytes;

    private record Kept(Path path, long size) {}

    Quarantine(Path directory, SpoolFiles files, long maxBytes) {
        this.directory = directory;
        this.files = files;
        this.maxBytes = maxBytes;
    }

    /** Finds what is there. */
    void scan() throws IOException {
        for (Path path : files.list(directory)) {
            try (SpoolFiles.OpenFile file = files.openToRead(path)) {
                kept.add(new Kept(path, file.size()));
                bytes += file.size();
            }
        }
        makeRoomFor(0);
    }

    long bytes() {
        return bytes;
    }

    /** Keeps a frame as it is, right or damaged, unless it is too large for that. */
    void keep(SpoolRun run, long sequence, ByteBuffer frame) throws IOException {
        int size = SegmentHeader.BYTES + frame.remaining();
        if (size > maxBytes) {
            return;
        }
        files.createDirectories(directory);
        makeRoomFor(size);
        SegmentId id = new SegmentId(run.streamId(), run.epoch(), sequence);
        Path path = directory.resolve(run.chain().name() + "-" + id.fileName());
        files.delete(path);
        try (SpoolFiles.OpenFile file = files.create(path)) {
            file.write(new ByteBuffer[] {new SegmentHeader(id, 0).encode(), frame.duplicate()}, 0);
        }
        kept.add(new Kept(path, size));
        bytes += size;
    }

    private void makeRoomFor(long size) throws IOException {
        while (!kept.isEmpty() && (kept.size() >= MOST_FILES || bytes + size > maxBytes)) {
            Kept oldest = kept.remove();
            bytes -= oldest.size();
            files.delete(oldest.path());
        }
    }
}
