package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    private int failures;

    RunReader(SpoolRun run) {
        this.run = run;
    }

    /** Is told of batches that turn out to be lost. */
    @FunctionalInterface
    interface LossListener {
        /**
         * Batches are lost.
         *
         * @param raw what lies there instead, or null when nothing does
         */
        void onLost(SpoolRun run, Stored.Gap lost, @Nullable ByteBuffer raw);
    }

    /** What stands from {@code from} to {@code through}, up to so many bytes, but at least one if there is any. */
    List<Stored> read(long from, long through, int maxBytes, SpoolFiles files, LossListener losses) throws IOException {
        List<Stored> found = new ArrayList<>();
        long expected = from;
        int bytes = 0;
        while (bytes < maxBytes && expected <= through) {
            Optional<Stored> present = readOne(expected, through, files, losses);
            if (present.isEmpty()) {
                break;
            }
            Stored stored = present.get();
            if (stored.from() > expected) {
                found.add(new Stored.Gap(expected, stored.from() - 1, 0, "missing"));
            }
            found.add(stored);
            bytes += stored instanceof Stored.Frame frame ? (int) frame.header().frameBytes() : FrameHeader.BYTES;
            expected = stored.through() + 1;
        }
        if (found.isEmpty() && expected <= through) {
            found.add(new Stored.Gap(expected, through, 0, "missing"));
        }
        return found;
    }

    private Optional<Stored> readOne(long from, long through, SpoolFiles files, LossListener losses)
            throws IOException {
        Optional<Stored.Gap> gap = run.gapAt(from);
        if (gap.isPresent()) {
            return Optional.of(new Stored.Gap(
                    from, gap.get().through(), gap.get().records(), gap.get().reason()));
        }
        Map.Entry<Long, Stored.Gap> nextGap = run.gaps().ceilingEntry(from);
        if (nextGap == null || nextGap.getKey() > through) {
            return readGuarded(from, through, files, losses);
        }
        Optional<Stored> frame = readGuarded(from, nextGap.getKey() - 1, files, losses);
        return frame.isPresent() ? frame : Optional.of(nextGap.getValue());
    }

    /** A segment that is gone, or again and again cannot be read, is given up as a gap: the run must go on. */
    private Optional<Stored> readGuarded(long from, long through, SpoolFiles files, LossListener losses)
            throws IOException {
        try {
            Optional<Stored> frame = readFrame(from, through, files, losses);
            failures = 0;
            return frame;
        } catch (NoSuchFileException e) {
            return Optional.of(giveUp(from, "missing", losses));
        } catch (IOException e) {
            close();
            if (++failures < READS_BEFORE_GIVING_UP || firstWith(from) == null) {
                throw e;
            }
            failures = 0;
            return Optional.of(giveUp(from, "unreadable", losses));
        }
    }

    private Stored giveUp(long from, String reason, LossListener losses) {
        Segment gone = segment == null ? firstWith(from) : segment;
        close();
        if (gone == null) {
            throw new IllegalStateException("nothing can be missing behind the last segment of " + run);
        }
        run.segments().remove(gone);
        Stored.Gap lost = new Stored.Gap(
                Math.max(from, gone.id().firstSequence()), gone.lastSequence(), (int) gone.records(), reason);
        losses.onLost(run, lost, null);
        return run.addGap(lost);
    }

    private Optional<Stored> readFrame(long from, long through, SpoolFiles files, LossListener losses)
            throws IOException {
        if (next != from) {
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
                return take(found.get(), through, frames, losses);
            }
            if (current == run.segments().peekLast()) {
                return Optional.empty(); // stays open: more may be appended
            }
            close();
            at = Math.max(at, current.lastSequence() + 1);
        }
    }

    private static Optional<FrameHeader> nextFrom(long from, SegmentReader frames, Segment current) throws IOException {
        Optional<FrameHeader> found = frames.next(current.end());
        while (found.isPresent() && found.get().sequence() < from) {
            found = frames.next(current.end());
        }
        return found;
    }

    private Optional<Stored> take(FrameHeader frame, long through, SegmentReader frames, LossListener losses)
            throws IOException {
        if (frame.sequence() > through) {
            frames.stepBack(frame);
            return Optional.empty();
        }
        Optional<ByteBuffer> body = frames.body(frame);
        next = frame.sequence() + 1;
        if (body.isPresent()) {
            return Optional.of(new Stored.Frame(frame, body.get()));
        }
        Stored.Gap lost = new Stored.Gap(frame.sequence(), frame.sequence(), frame.records(), "corrupt");
        losses.onLost(run, lost, frames.raw(frame));
        run.addGap(lost);
        return Optional.of(lost);
    }

    private @Nullable Segment firstWith(long from) {
        for (Segment candidate : run.segments()) {
            if (candidate.lastSequence() >= from) {
                return candidate;
            }
        }
        return null;
    }

    /** Records in the frames from {@code from} to {@code through}. */
    long countRecords(long from, long through, SpoolFiles files) throws IOException {
        long records = 0;
        for (Segment candidate : run.segments()) {
            long first = candidate.id().firstSequence();
            if (first >= from && candidate.lastSequence() <= through) {
                records += candidate.records();
            } else if (candidate.lastSequence() >= from && first <= through) {
                records += countIn(candidate, from, through, files);
            }
        }
        return records;
    }

    private static long countIn(Segment partly, long from, long through, SpoolFiles files) throws IOException {
        long records = 0;
        try (SegmentReader walk = new SegmentReader(files.openToRead(partly.path()), partly.id())) {
            for (Optional<FrameHeader> frame = walk.next(partly.end());
                    frame.isPresent() && frame.get().sequence() <= through;
                    frame = walk.next(partly.end())) {
                records += frame.get().sequence() >= from ? frame.get().records() : 0;
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
    }
}
