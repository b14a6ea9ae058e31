package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the store within its bounds: before a segment is made, older ones make room, the least important class first and in
 * it the oldest. Nothing is given up when that would not make room enough. Disk thread only.
 */
final class SpoolQuota {

    private final SpoolLimits limits;
    private final SpoolFiles files;
    private final Path directory;
    private final Disposal disposal;
    private final Quarantine quarantine;
    private final Evictor evictor;
    private long segmentBytes;
    private long newestAge;
    private long oldestAge;

    /** Gives segments up. */
    interface Evictor {

        /** Whose segments may be given up. */
        List<SpoolRun> runs();

        /** Gives a run's oldest segment up, or throws and leaves it as it is. */
        void evict(SpoolRun run, Segment segment, String reason) throws IOException;
    }

    SpoolQuota(
            SpoolLimits limits,
            SpoolFiles files,
            Path directory,
            Disposal disposal,
            Quarantine quarantine,
            Evictor evictor) {
        this.limits = limits;
        this.files = files;
        this.directory = directory;
        this.disposal = disposal;
        this.quarantine = quarantine;
        this.evictor = evictor;
    }

    /** A segment was made. */
    void place(Segment segment) {
        segment.age(++newestAge);
        segmentBytes += segment.fileBytes();
    }

    /** Segments were found that somebody left, given from the oldest to the newest: older than all that are known. */
    void placeFound(List<Segment> segments) {
        oldestAge -= segments.size();
        long age = oldestAge;
        for (Segment segment : segments) {
            segment.age(age++);
            segmentBytes += segment.fileBytes();
        }
    }

    /** A segment's file has another size than it had. */
    void resized(Segment segment, long bytesBefore) {
        segmentBytes += segment.fileBytes() - bytesBefore;
    }

    /** Deletes a segment that holds nothing more that anybody needs. */
    void drop(SpoolRun run, Segment segment) {
        if (forget(run, segment)) {
            disposal.delete(segment.path(), segment.fileBytes());
        }
    }

    /** A segment is no part of its run any more; false when it was none. */
    boolean forget(SpoolRun run, Segment segment) {
        run.reader().release(segment);
        boolean present = run.segments().remove(segment);
        if (present) {
            segmentBytes -= segment.fileBytes();
        }
        return present;
    }

    long usedBytes() {
        return segmentBytes + quarantine.bytes() + disposal.bytes();
    }

    /**
     * Makes room for a segment of {@code run}.
     *
     * @throws NoRoomException when all that is less or equally important would not be enough
     */
    void makeRoom(long bytes, SpoolRun run) throws IOException {
        disposal.retry();
        int priority = run.chain().priority();
        long most = priority == 0 ? limits.maxBytes() : limits.maxBytes() - limits.reservedBytes();
        free(usedBytes() + bytes - most, priority, "quota", "its quota of " + limits.maxBytes() + " bytes is used up");
        long keep;
        long usable;
        try {
            keep = limits.keepFreeBytes(files.totalBytes(directory));
            usable = files.usableBytes(directory);
        } catch (IOException e) {
            Disposal.note("the free space is not known; a full disk is found out by writing", e);
            return;
        }
        free(keep + bytes - usable, priority, "disk_full", "the disk has less than " + keep + " bytes left");
    }

    private void free(long bytes, int priority, String reason, String problem) throws IOException {
        if (bytes <= 0) {
            return;
        }
        if (bytes > evictableBytes(priority)) {
            throw new NoRoomException("there is no room in the spool: " + problem);
        }
        Set<SpoolRun> stuck = new HashSet<>();
        long freed = 0;
        while (freed < bytes) {
            SpoolRun victim = next(priority, stuck);
            Segment oldest = victim == null ? null : victim.segments().peekFirst();
            if (victim == null || oldest == null) {
                throw new NoRoomException("no room can be made in the spool: " + problem);
            }
            long size = oldest.fileBytes();
            try {
                evictor.evict(victim, oldest, reason);
                freed += size;
            } catch (IOException e) {
                Disposal.note("a segment could not be evicted", e);
                stuck.add(victim);
            }
        }
    }

    private long evictableBytes(int priority) {
        long bytes = 0;
        for (SpoolRun run : evictor.runs()) {
            for (Segment segment : run.segments()) {
                bytes += segment.priority() >= priority ? segment.fileBytes() : 0;
            }
        }
        return bytes;
    }

    private @Nullable SpoolRun next(int priority, Set<SpoolRun> stuck) {
        SpoolRun victim = null;
        Segment oldest = null;
        for (SpoolRun run : evictor.runs()) {
            Segment first = run.segments().peekFirst();
            if (first != null && first.priority() >= priority && !stuck.contains(run) && goesBefore(first, oldest)) {
                victim = run;
                oldest = first;
            }
        }
        return victim;
    }

    private static boolean goesBefore(Segment first, @Nullable Segment second) {
        return second == null
                || first.priority() > second.priority()
                || (first.priority() == second.priority() && first.age() < second.age());
    }

    /** Gives up what was written before {@code millis}, in segments of which all is that old. */
    void evictOlderThan(long millis) throws IOException {
        for (SpoolRun run : evictor.runs()) {
            Segment first = run.segments().peekFirst();
            while (first != null && first.newestMillis() > 0 && first.newestMillis() < millis) {
                evictor.evict(run, first, "expired");
                first = run.segments().peekFirst();
            }
        }
    }
}
