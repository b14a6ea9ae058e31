package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a run in order across its segments, and remembers where it stands. What is not there any more it gives as gaps.
 * Disk thread only.
 */
final class RunReader {

    private static final int READS_BEFORE_GIVING_UP = 5;

    private final SpoolRun run;
    private @Nullable SegmentReader open;
    private @Nullable Segment segment;
    private long next;
    private long failedAt;
    private int failures;

    RunReader(SpoolRun run) {
        this.run = run;
    }

    /** Is told of batches that turn out to be lost, and notes the gaps. */
    interface Losses {

        /** A frame is damaged; {@code raw} lies there. */
        void onCorrupt(SpoolRun run, Stored.Gap lost, ByteBuffer raw);

        /** Frames are not there that once were. */
        void onMissing(SpoolRun run, Stored.Gap lost);

        /** A segment cannot be read, which holds frames from {@code from} on: it is to be given up. */
        void onUnreadable(SpoolRun run, Segment segment, long from, String reason);
    }

    /**
     * What stands from {@code from} to {@code through}, up to so many bytes, but at least one if there is any. Each begins
     * behind the one before it.
     */
    List<Stored> read(long from, long through, int maxBytes, SpoolFiles files, Losses losses) throws IOException {
        List<Stored> found = new ArrayList<>();
        long expected = from;
        long last = Math.min(through, run.last());
        long bytes = 0;
        while (bytes < maxBytes && expected <= last) {
            Stored stored = readOne(expected, last, files, losses);
            found.add(stored);
            bytes += stored instanceof Stored.Frame frame ? frame.header().frameBytes() : FrameHeader.BYTES;
            expected = stored.through() + 1;
            run.told(stored.through());
        }
        return found;
    }

    private Stored readOne(long from, long last, SpoolFiles files, Losses losses) throws IOException {
        while (true) {
            Optional<Stored.Gap> gap = run.gapAt(from);
            if (gap.isPresent()) {
                return new Stored.Gap(
                        from,
                        gap.get().through(),
                        gap.get().records(),
                        gap.get().reason());
            }
            long limit = Math.min(last, run.firstGapFrom(from) - 1);
            try {
                Optional<FrameHeader> header = seek(from, limit, files);
                Stored stored = header.isPresent() && header.get().sequence() == from
                        ? take(header.get(), losses)
                        : missing(
                                from, header.map(frame -> frame.sequence() - 1).orElse(limit), files, losses);
                failures = from >= failedAt ? 0 : failures;
                return stored;
            } catch (NoSuchFileException e) {
                giveUp(from, "missing", losses);
            } catch (IOException e) {
                failures = from == failedAt ? failures + 1 : 1;
                failedAt = from;
                if (segment == null || failures < READS_BEFORE_GIVING_UP) {
                    close();
                    throw e;
                }
                failures = 0;
                giveUp(from, Stored.Gap.UNREADABLE, losses);
            }
        }
    }

    /** A segment that is gone, or again and again cannot be read, is given up as a gap: the run must go on. */
    private void giveUp(long from, String reason, Losses losses) {
        Segment gone = segment;
        close();
        if (gone != null) {
            losses.onUnreadable(run, gone, from, reason);
        }
    }

    /** Comes to stand before the first frame from {@code from} to {@code through}. */
    private Optional<FrameHeader> seek(long from, long through, SpoolFiles files) throws IOException {
        if (from < next) {
            close();
        }
        long at = from;
        while (true) {
            next = at;
            Segment current = segment == null ? firstWith(at) : segment;
            if (current == null) {
                return Optional.empty();
            }
            segment = current;
            SegmentReader frames = open;
            if (frames == null) {
                frames = new SegmentReader(files.openToRead(current.path()), current.id());
                open = frames;
            }
            Optional<FrameHeader> found = nextFrom(at, frames, current);
            if (found.isPresent()) {
                frames.stepBack(found.get());
                return found.filter(frame -> frame.sequence() <= through);
            }
            if (current == run.segments().peekLast()) {
                return Optional.empty(); // stays open: more may be appended
            }
            close();
            at = Math.max(at, current.lastSequence() + 1);
        }
    }

    private static Optional<FrameHeader> nextFrom(long from, SegmentReader frames, Segment current) throws IOException {
        while (true) {
            Optional<FrameHeader> found = frames.next(current.end());
            if (found.isEmpty() || found.get().sequence() >= from) {
                return found;
            }
            current.passed(found.get().sequence(), frames.records());
        }
    }

    private Stored take(FrameHeader expected, Losses losses) throws IOException {
        SegmentReader frames = open;
        Segment current = segment;
        if (frames == null || current == null) {
            throw new IllegalStateException("nothing is open");
        }
        FrameHeader frame = frames.next(current.end()).orElse(expected);
        Optional<ByteBuffer> body = frames.body(frame);
        next = frame.sequence() + 1;
        current.passed(frame.sequence(), frames.records());
        if (body.isPresent()) {
            return new Stored.Frame(frame, body.get());
        }
        Stored.Gap lost = new Stored.Gap(frame.sequence(), frame.sequence(), frame.records(), "corrupt");
        losses.onCorrupt(run, lost, frames.raw(frame));
        return lost;
    }

    /**
     * Numbers without frames. When a segment holds fewer records than it once did, they are lost; that is found out once a
     * segment, for a run whose numbers have holes must not be walked at each of them.
     */
    private Stored missing(long from, long through, SpoolFiles files, Losses losses) throws IOException {
        long lost = 0;
        for (Segment candidate : run.segments()) {
            if (candidate.id().firstSequence() <= through
                    && candidate.lastSequence() >= from
                    && !candidate.isChecked()) {
                long known = candidate.recordsAfter(from - 1);
                lost += Math.max(0, known - countIn(candidate, from, Long.MAX_VALUE, files, true));
                candidate.checked();
            }
        }
        Stored.Gap gap = new Stored.Gap(from, through, SpoolRun.toRecords(lost), "missing");
        if (lost > 0) {
            losses.onMissing(run, gap);
        }
        return gap;
    }

    private @Nullable Segment firstWith(long from) {
        for (Segment candidate : run.segments()) {
            if (candidate.lastSequence() >= from) {
                return candidate;
            }
        }
        return null;
    }

    /** Records in the frames from {@code from} to {@code through} that are in no gap. */
    long countRecords(long from, long through, SpoolFiles files) throws IOException {
        long records = 0;
        for (Segment candidate : run.segments()) {
            long first = candidate.id().firstSequence();
            long last = candidate.lastSequence();
            if (first >= from && last <= through && !run.hasGapIn(first, last)) {
                records += candidate.records();
            } else if (last >= from && first <= through) {
                records += countIn(candidate, from, through, files, false);
            }
        }
        return records;
    }

    private long countIn(Segment partly, long from, long through, SpoolFiles files, boolean withGaps)
            throws IOException {
        long records = 0;
        try (SegmentReader walk = new SegmentReader(files.openToRead(partly.path()), partly.id())) {
            for (Optional<FrameHeader> frame = walk.next(partly.end());
                    frame.isPresent() && frame.get().sequence() <= through;
                    frame = walk.next(partly.end())) {
                long sequence = frame.get().sequence();
                boolean counts =
                        sequence >= from && (withGaps || run.gapAt(sequence).isEmpty());
                records += counts ? frame.get().records() : 0;
            }
        }
        return records;
    }

    /** Lets go of a segment that is to be deleted. */
    void release(Segment of) {
        if (of == segment) {
            close();
        }
    }

    /** Lets go of the file. */
    void close() {
        if (open != null) {
            open.close();
        }
        open = null;
        segment = null;
        next = 0;
    }
}
