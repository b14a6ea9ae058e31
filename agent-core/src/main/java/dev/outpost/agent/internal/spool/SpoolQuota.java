package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the store within its bounds: before a segment is made, older ones make room, the least important class first and in
 * it the oldest. Disk thread only.
 */
final class SpoolQuota {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent");

    private final SpoolLimits limits;
    private final SpoolFiles files;
    private final SpoolStore store;
    private final Set<Segment> counted = new HashSet<>();
    private long nextAge;

    SpoolQuota(SpoolLimits limits, SpoolFiles files, SpoolStore store) {
        this.limits = limits;
        this.files = files;
        this.store = store;
    }

    /** A segment is there; they are named in the order of their age. */
    void place(Segment segment) {
        segment.age(nextAge++);
        counted.add(segment);
    }

    void forget(Segment segment) {
        counted.remove(segment);
    }

    long usedBytes() {
        long used = store.quarantinedBytes();
        for (Segment segment : counted) {
            used += segment.fileBytes();
        }
        return used;
    }

    /**
     * Makes room for a segment of {@code run}.
     *
     * @throws IOException when nothing less or equally important is left that could go
     */
    void makeRoom(long bytes, SpoolRun run) throws IOException {
        int priority = run.chain().priority();
        long most = priority == 0 ? limits.maxBytes() : limits.maxBytes() - limits.reservedBytes();
        while (usedBytes() + bytes > most) {
            evictFor(priority, run, "its quota of " + limits.maxBytes() + " bytes is used up", "quota");
        }
        long keep = limits.keepFreeBytes(files.totalBytes(store.directory()));
        while (files.usableBytes(store.directory()) - bytes < keep) {
            evictFor(priority, run, "the file system has less than " + keep + " bytes left", "disk_full");
        }
    }

    private void evictFor(int priority, SpoolRun asking, String problem, String reason) throws IOException {
        SpoolRun victim = null;
        Segment oldest = null;
        for (SpoolRun run : store.runs()) {
            Segment first = run.segments().peekFirst();
            if (first != null
                    && first.priority() >= priority
                    && (run != asking
                            || run.writer() == null
                            || first != run.segments().peekLast())
                    && goesBefore(first, oldest)) {
                victim = run;
                oldest = first;
            }
        }
        if (victim == null || oldest == null) {
            throw new IOException("there is no room in the spool: " + problem);
        }
        store.evict(victim, oldest, reason);
    }

    private static boolean goesBefore(Segment first, @Nullable Segment second) {
        return second == null
                || first.priority() > second.priority()
                || (first.priority() == second.priority() && first.age() < second.age());
    }

    void evictOlderThan(long createdMillis) throws IOException {
        for (SpoolRun run : store.runs()) {
            Segment first = run.segments().peekFirst();
            while (first != null && first.createdMillis() > 0 && first.createdMillis() < createdMillis) {
                store.evict(run, first, "expired");
                first = run.segments().peekFirst();
            }
        }
    }

    void noteFailure(IOException failure) {
        LOG.debug("event=spool.cleanup.failed a file could not be removed or written", failure);
    }
}
