package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Batches that are damaged or that no destination takes, each a segment of one frame, and segments that could not be read,
 * for people to look at. At most 16
 * files and so many bytes; the oldest go first. What goes wrong here costs evidence only, and is not thrown. Disk thread only.
 */
final class Quarantine {

    static final String DIRECTORY = "quarantine";
    static final int MOST_FILES = 16;

    private final Path directory;
    private final SpoolFiles files;
    private final Disposal disposal;
    private final long maxBytes;
    private final Deque<Kept> kept = new ArrayDeque<>();
    private long bytes;

    private record Kept(Path path, long size) {}

    Quarantine(Path directory, SpoolFiles files, Disposal disposal, long maxBytes) {
        this.directory = directory;
        this.files = files;
        this.disposal = disposal;
        this.maxBytes = maxBytes;
    }

    /** Finds what is there. */
    void scan() {
        try {
            for (Path path : files.list(directory)) {
                try (SpoolFiles.OpenFile file = files.openToRead(path)) {
                    add(path, file.size());
                }
            }
        } catch (IOException e) {
            Disposal.note("the quarantine could not be read", e);
        }
        keepOnly(MOST_FILES, maxBytes);
    }

    long bytes() {
        return bytes;
    }

    /** Keeps a frame as it is, right or damaged, unless it is too large for that. */
    void keep(SpoolRun run, long sequence, ByteBuffer frame) {
        int size = SegmentHeader.BYTES + frame.remaining();
        if (size > maxBytes) {
            return;
        }
        keepOnly(MOST_FILES - 1, maxBytes - size);
        SegmentId id = new SegmentId(run.streamId(), run.epoch(), sequence);
        Path path = directory.resolve(run.chain().name() + "-" + id.fileName());
        try {
            files.createDirectories(directory);
            if (kept.stream().anyMatch(other -> other.path().equals(path))) {
                return; // the same batch, a second time
            }
            try (SpoolFiles.OpenFile file = files.create(path)) {
                add(path, size);
                file.write(new ByteBuffer[] {new SegmentHeader(id, 0).encode(), frame.duplicate()}, 0);
            }
        } catch (IOException e) {
            Disposal.note("a batch could not be put into quarantine", e);
        }
    }

    /** Keeps a whole segment, whatever is in it, unless it is too large for that: then it is deleted. */
    void take(Path segment, String chain) {
        long size = sizeOf(segment);
        if (size > maxBytes) {
            disposal.delete(segment, size);
            return;
        }
        keepOnly(MOST_FILES - 1, maxBytes - size);
        Path path = directory.resolve(chain + "-" + segment.getFileName());
        try {
            files.createDirectories(directory);
            files.replace(segment, path);
            add(path, size);
        } catch (IOException e) {
            Disposal.note("a segment could not be put into quarantine", e);
            disposal.delete(segment, size);
        }
    }

    /** One that cannot even be opened counts as nothing. */
    private long sizeOf(Path segment) {
        try (SpoolFiles.OpenFile file = files.openToRead(segment)) {
            return file.size();
        } catch (IOException e) {
            Disposal.note("the size of a segment is not known", e);
            return 0;
        }
    }

    private void add(Path path, long size) {
        kept.add(new Kept(path, size));
        bytes += size;
    }

    private void keepOnly(int mostFiles, long mostBytes) {
        while (!kept.isEmpty() && (kept.size() > mostFiles || bytes > mostBytes)) {
            Kept oldest = kept.remove();
            bytes -= oldest.size();
            disposal.delete(oldest.path(), oldest.size());
        }
    }
}
