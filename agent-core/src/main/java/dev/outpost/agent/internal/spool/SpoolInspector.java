package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks into a spool directory, also that of a running agent: takes no lock, writes nothing, and survives whatever is there.
 */
public final class SpoolInspector {

    /** What is found out. */
    public enum Outcome {
        /** All was read and is right. */
        CLEAN,
        /** Something is damaged. */
        DAMAGED,
        /** Something could not be read. */
        UNREADABLE
    }

    /** A frame may be half written when it is looked at; it is not the second or the third time. */
    private static final int LOOKS = 3;

    private final Path spool;
    private final Consumer<String> out;
    private final Consumer<String> problems;
    private boolean damaged;
    private boolean unreadable;

    /**
     * For a directory.
     *
     * @param out takes the lines that are asked for
     * @param problems takes what is wrong, in sentences
     */
    public SpoolInspector(Path spool, Consumer<String> out, Consumer<String> problems) {
        this.spool = spool;
        this.out = out;
        this.problems = problems;
    }

    private Outcome eachSlot(Consumer<SpoolView> look) throws IOException {
        for (Path slot : SpoolView.slots(spool)) {
            SpoolView view = new SpoolView(slot, problems);
            look.accept(view);
            damaged |= view.isDamaged();
            unreadable |= view.isUnreadable();
        }
        return damaged ? Outcome.DAMAGED : unreadable ? Outcome.UNREADABLE : Outcome.CLEAN;
    }

    /**
     * Tells what is there: slots, chains, runs and their figures. Headers are read, bodies are not.
     *
     * @throws IOException if it is no directory
     */
    public Outcome list() throws IOException {
        return eachSlot(this::list);
    }

    private void list(SpoolView slot) {
        String meta = slot.meta()
                .map(known -> "stream " + known.streamId() + "  epoch " + known.epoch())
                .orElse("no usable META");
        out.accept(
                slot.path().getFileName() + "  " + LockOwner.of(slot.path().resolve(SlotDirectory.LOCK)) + "  " + meta);
        NavigableMap<Long, Long> acks = slot.acks();
        for (Path chain : slot.chains()) {
            out.accept("  " + chain.getFileName());
            RunFigures figures = null;
            for (Path segment : slot.segments(chain)) {
                long epoch = SpoolView.named(segment).map(SegmentId::epoch).orElse(0L);
                if (figures == null || figures.epoch != epoch) {
                    finish(figures, acks);
                    figures = new RunFigures(epoch);
                }
                slot.open(segment, figures::add);
            }
            finish(figures, acks);
        }
        for (GapFile.Entry gap : slot.gaps()) {
            out.accept("  gap  " + gap.chain() + "  epoch " + gap.epoch() + "  batches "
                    + gap.gap().from() + "-" + gap.gap().through() + "  records "
                    + gap.gap().records() + "  " + gap.gap().reason());
        }
        List<Path> kept = slot.list(slot.path().resolve(Quarantine.DIRECTORY));
        if (!kept.isEmpty()) {
            out.accept("  quarantine  files " + kept.size());
        }
    }

    private void finish(@Nullable RunFigures figures, NavigableMap<Long, Long> acks) {
        if (figures != null) {
            out.accept(figures.line(acks.getOrDefault(figures.epoch, 0L)));
        }
    }

    /** What a run holds. */
    private static final class RunFigures {
        private final long epoch;
        private @Nullable SegmentId stream;
        private long segments;
        private long frames;
        private long records;
        private long bytes;
        private long first;
        private long last;

        RunFigures(long epoch) {
            this.epoch = epoch;
        }

        void add(Path path, SegmentId id, SegmentReader reader, long size) throws IOException {
            segments++;
            bytes += size;
            stream = id;
            for (Optional<FrameHeader> frame = reader.next(size); frame.isPresent(); frame = reader.next(size)) {
                frames++;
                first = first == 0 ? frame.get().sequence() : first;
                last = frame.get().sequence();
            }
            records += reader.records();
        }

        String line(long acked) {
            return "    epoch " + epoch + "  stream " + (stream == null ? "?" : stream.streamId()) + "  segments "
                    + segments + "  frames " + frames + "  records " + records + "  bytes " + bytes + "  batches "
                    + first + "-" + last + "  acked " + acked;
        }
    }

    /**
     * Checks every checksum of every frame.
     *
     * @throws IOException if it is no directory
     */
    public Outcome verify() throws IOException {
        long[] frames = {0};
        Outcome outcome = eachSlot(slot -> {
            slot.meta();
            slot.gaps();
            for (Path chain : slot.chains()) {
                for (Path segment : slot.segments(chain)) {
                    slot.open(segment, (path, id, reader, size) -> frames[0] += verify(slot, path, id));
                }
            }
        });
        out.accept(frames[0] + " frames are right");
        return outcome;
    }

    private static long verify(SpoolView slot, Path path, SegmentId id) throws IOException {
        Checked checked = check(path, id);
        for (int looks = 1; looks < LOOKS && checked.problem != null; looks++) {
            checked = check(path, id);
        }
        if (checked.problem != null) {
            slot.damage(path, checked.problem);
        }
        return checked.frames;
    }

    /** What a look at a segment found. */
    private record Checked(long frames, @Nullable String problem) {}

    private static Checked check(Path path, SegmentId id) throws IOException {
        long frames = 0;
        long wrong = 0;
        long firstWrong = 0;
        try (SegmentReader reader = new SegmentReader(new ReadableFile(path), id)) {
            long size = Files.size(path);
            for (Optional<FrameHeader> frame = reader.next(size); frame.isPresent(); frame = reader.next(size)) {
                if (reader.body(frame.get()).isPresent()) {
                    frames++;
                } else {
                    wrong++;
                    firstWrong = firstWrong == 0 ? frame.get().sequence() : firstWrong;
                }
            }
            if (wrong > 0) {
                return new Checked(frames, wrong + " damaged frames, the first is batch " + firstWrong);
            }
            return new Checked(frames, reader.isDamaged() ? "holds bytes that are no frames" : null);
        }
    }

    /**
     * Gives every record as a line of JSON.
     *
     * @param chain which chains
     * @param epoch which runs
     * @param more asked after every frame whether anybody still listens
     * @throws IOException if it is no directory
     */
    public Outcome dump(Predicate<String> chain, LongPredicate epoch, BooleanSupplier more) throws IOException {
        return eachSlot(slot -> {
            slot.meta();
            slot.gaps();
            for (Path directory : slot.chains()) {
                String name = directory.getFileName().toString();
                if (chain.test(name)) {
                    for (Path segment : slot.segments(directory)) {
                        slot.open(segment, (path, id, reader, size) -> {
                            if (epoch.test(id.epoch())) {
                                dump(slot, new RecordDump(slot.path(), name, id, out), path, reader, size, more);
                            }
                        });
                    }
                }
            }
        });
    }

    private static void dump(
            SpoolView slot, RecordDump dump, Path path, SegmentReader reader, long size, BooleanSupplier more)
            throws IOException {
        for (Optional<FrameHeader> frame = reader.next(size);
                frame.isPresent() && more.getAsBoolean();
                frame = reader.next(size)) {
            Optional<ByteBuffer> body = reader.body(frame.get());
            String problem = body.isEmpty() ? "the body is damaged" : dump.frame(frame.get(), body.get());
            if (problem != null) {
                slot.damage(path, "batch " + frame.get().sequence() + ": " + problem);
            }
        }
    }
}
