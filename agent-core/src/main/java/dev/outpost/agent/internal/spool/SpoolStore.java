package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.function.LongSupplier;

/** A spool directory in use: one slot of our own, and what others left in theirs. Disk thread only. */
public final class SpoolStore implements AutoCloseable {

    /** The class of chains that no lane asks for. */
    private static final int UNCLAIMED = 3;

    private final SpoolFiles files;
    private final Collection<SpoolRun.Chain> chains;
    private final LongSupplier wallMillis;
    private final List<SpoolRun> runs = new ArrayList<>();
    private final SpoolSlots slots;
    private final Disposal disposal;
    private final Quarantine quarantine;
    private final SpoolQuota quota;
    private final SpoolWriter writer;
    private final SpoolLosses losses;
    private boolean acksChanged;
    private int damagedSegments;

    private SpoolStore(
            SpoolSlots slots,
            SpoolLimits limits,
            SpoolFiles files,
            LongSupplier wallMillis,
            Collection<SpoolRun.Chain> chains,
            SpoolEvents events) {
        this.slots = slots;
        this.files = files;
        this.wallMillis = wallMillis;
        this.chains = List.copyOf(chains);
        SlotDirectory own = slots.own();
        this.disposal = new Disposal(files);
        this.quarantine = new Quarantine(own.path(Quarantine.DIRECTORY), files, disposal, limits.quarantineBytes());
        this.quota = new SpoolQuota(limits, files, own.directory(), disposal, quarantine, new Evictor());
        this.writer = new SpoolWriter(limits, files, wallMillis, disposal, quota, events);
        this.losses = new SpoolLosses(runs, slots, files, quarantine, quota, writer, events);
    }

    private final class Evictor implements SpoolQuota.Evictor {
        @Override
        public List<SpoolRun> runs() {
            return SpoolStore.this.runs();
        }

        @Override
        public void evict(SpoolRun run, Segment segment, String reason) throws IOException {
            if (run.writes(segment)) {
                writer.settle(run);
            }
            if (run.segments().contains(segment)) { // it was not empty
                losses.evict(run, segment, reason);
            }
        }
    }

    /**
     * Takes a slot in {@code directory} and reads what is there. When it throws, it leaves nothing open or locked.
     *
     * @param wallMillis the wall clock, for stamps
     * @param chains those that somebody will ask for
     */
    public static SpoolStore open(
            Path directory,
            SpoolLimits limits,
            SpoolFiles files,
            LongSupplier wallMillis,
            Collection<SpoolRun.Chain> chains,
            SpoolEvents events)
            throws IOException {
        SpoolSlots slots = SpoolSlots.open(directory, files);
        boolean opened = false;
        try {
            SpoolStore store = new SpoolStore(slots, limits, files, wallMillis, chains, events);
            store.recover();
            opened = true;
            return store;
        } finally {
            if (!opened) {
                slots.close();
            }
        }
    }

    private void recover() throws IOException {
        quarantine.scan();
        take(slots.own());
        adoptOrphans();
        try {
            slots.own().takeEpochs(0);
        } catch (IOException e) {
            if (runs.isEmpty()) {
                throw e; // nothing can be written, and there is nothing to read
            }
            Disposal.note("the slot can only be read", e);
        }
    }

    private List<SpoolRun> take(SlotDirectory slot) throws IOException {
        SpoolScan scan = new SpoolScan(slot, files, disposal, this::priorityOf);
        List<SpoolRun> found = scan.runs();
        damagedSegments += scan.damagedSegments();
        List<Segment> segments = new ArrayList<>();
        found.forEach(run -> segments.addAll(run.segments()));
        segments.sort(Comparator.comparingLong(Segment::createdMillis));
        quota.placeFound(segments);
        runs.addAll(found);
        return found;
    }

    private int priorityOf(String chain) {
        for (SpoolRun.Chain known : chains) {
            if (known.name().equals(chain)) {
                return known.priority();
            }
        }
        return UNCLAIMED;
    }

    /**
     * Takes over the slots of agents that have ended and left something. One that cannot be read is left for later.
     *
     * @return what was found, oldest first
     */
    public List<SpoolRun> adoptOrphans() throws IOException {
        List<SpoolRun> found = new ArrayList<>();
        for (int number = 0; number < SlotDirectory.SLOTS; number++) {
            try {
                Optional<SlotDirectory> orphan = slots.tryTakeOrphan(number);
                if (orphan.isPresent()) {
                    found.addAll(adopt(orphan.get()));
                }
            } catch (IOException e) {
                Disposal.note("a slot that was left could not be adopted", e);
            }
        }
        return found;
    }

    private List<SpoolRun> adopt(SlotDirectory orphan) throws IOException {
        slots.keep(orphan);
        boolean kept = false;
        try {
            List<SpoolRun> left = take(orphan);
            kept = !left.isEmpty();
            return left;
        } finally {
            if (!kept) {
                slots.letGo(orphan);
            }
        }
    }

    /** Everything that is here, oldest first, and not only of chains that somebody asks for. */
    public List<SpoolRun> runs() {
        return List.copyOf(runs);
    }

    /** How far a run is known to be acknowledged; at least up to what it does not hold. */
    public long acked(SpoolRun run) {
        return run.acked();
    }

    /** The last number that a run holds. */
    public long last(SpoolRun run) {
        return run.last();
    }

    /** Records that a run holds: what {@link #read} will give, and what {@link SpoolEvents#onLost} will tell. */
    public long records(SpoolRun run) throws IOException {
        return countRecords(run, run.acked() + 1, Long.MAX_VALUE);
    }

    /** Bytes of a run's segments. */
    public long bytes(SpoolRun run) {
        return run.segments().stream().mapToLong(Segment::end).sum();
    }

    /** Segments that were found damaged. */
    public int damagedSegments() {
        return damagedSegments;
    }

    /**
     * Begins a run of a chain, whose epoch no other run had or will have, whatever happens.
     *
     * @throws IllegalArgumentException if no directory may be called like the chain
     */
    public SpoolRun startRun(SpoolRun.Chain chain) throws IOException {
        if (!SlotDirectory.isChain(chain.name())) {
            throw new IllegalArgumentException("a chain cannot be called '" + chain.name() + "'");
        }
        SlotDirectory own = slots.own();
        SpoolRun run = new SpoolRun(chain, own.streamId(), own.takeEpochs(1), own);
        runs.add(run);
        return run;
    }

    /** Later runs are of another stream: somebody else uses a copy of this directory. */
    public void changeStream() throws IOException {
        slots.own().changeStream();
    }

    /**
     * Writes a batch behind the others of its run. What goes wrong is told to {@link SpoolEvents#onFailed}.
     *
     * @param attempt numbers the caller's attempts: after a failure the rest of its attempt is passed over
     */
    public void append(SpoolRun run, int attempt, Batch batch) {
        if (!run.refuses(attempt) && batch.sequence() > run.appended() && writer.append(run, batch)) {
            sync();
        }
    }

    /** Forces all that was written. */
    public void sync() {
        writer.sync(runs());
    }

    /**
     * What a run holds from {@code from} to {@code through}, up to so many bytes but at least one batch. Every number has its
     * place in the answer, in order, up to where it ends; behind {@link #last} there is nothing.
     */
    public List<Stored> read(SpoolRun run, long from, long through, int maxBytes) throws IOException {
        return run.reader().read(from, through, maxBytes, files, losses);
    }

    /** Records in a run's batches from {@code from} to {@code through} that are not gone. */
    public long countRecords(SpoolRun run, long from, long through) throws IOException {
        return run.reader().countRecords(from, through, files);
    }

    /** Batches of the run are delivered up to {@code through}: what holds nothing else is deleted. */
    public void ack(SpoolRun run, long through) throws IOException {
        if (through <= run.acked()) {
            return;
        }
        run.acked(through);
        acksChanged = true;
        Segment first = run.segments().peekFirst();
        while (first != null && first.lastSequence() <= through && !run.writes(first)) {
            quota.drop(run, first);
            first = run.segments().peekFirst();
        }
        if (first != null) {
            first.forgetMarksBelow(through);
        }
        setAsideUnreadable(run, through);
        if (run.gaps().values().removeIf(gap -> gap.through() <= through)) {
            slots.saveGaps(run.slot(), runs);
        }
    }

    /** They were told as gaps, and nobody takes them any more: they are kept for people to look at. */
    private void setAsideUnreadable(SpoolRun run, long through) {
        NavigableMap<Long, Path> passed = run.unreadable().headMap(through, true);
        passed.values().forEach(path -> quarantine.take(path, run.chain().name()));
        passed.clear();
    }

    /** Nothing more is written to the run for now: its last segment is closed, and deleted if all of it is delivered. */
    public void rest(SpoolRun run) {
        writer.settle(run);
        Segment last = run.segments().peekLast();
        if (last != null && last.lastSequence() <= run.acked()) {
            quota.drop(run, last);
        }
    }

    /** The run is over: whatever it holds is deleted. */
    public void end(SpoolRun run) throws IOException {
        writer.seal(run);
        for (Segment segment : List.copyOf(run.segments())) {
            quota.drop(run, segment);
        }
        setAsideUnreadable(run, Long.MAX_VALUE);
        run.reader().close();
        runs.remove(run);
        boolean hadGaps = !run.gaps().isEmpty();
        run.gaps().clear();
        try {
            if (hadGaps) {
                slots.saveGaps(run.slot(), runs);
            }
        } finally {
            SlotDirectory slot = run.slot();
            if (slot != slots.own() && runs.stream().noneMatch(other -> other.slot() == slot)) {
                slots.letGo(slot);
            }
        }
    }

    /** A batch that its destination will never take: it is kept aside, and a gap stands in its place. */
    public void reject(SpoolRun run, Batch batch, String reason) throws IOException {
        long sequence = batch.sequence();
        if (run.gapAt(sequence).isPresent()) {
            return;
        }
        long seed = new SegmentId(run.streamId(), run.epoch(), sequence).seed();
        FrameHeader frame = batch.header(run.chain().priority(), wallMillis.getAsLong(), seed);
        ByteBuffer raw = ByteBuffer.allocate((int) frame.frameBytes());
        raw.put(frame.encode(seed)).put(batch.body().duplicate()).clear();
        run.addGap(new Stored.Gap(sequence, sequence, batch.records(), reason));
        slots.saveGaps(run.slot(), runs);
        quarantine.keep(run, sequence, raw);
    }

    /**
     * Batches that were given up before they were written: a gap stands in their place, also when it is noted twice.
     *
     * @param attempt as for {@link #append}: a gap behind a batch that could not be written is passed over like it
     */
    public void noteGap(SpoolRun run, int attempt, Stored.Gap gap) throws IOException {
        if (run.refuses(attempt)) {
            return;
        }
        run.addGapParts(gap);
        run.appended(Math.max(run.appended(), gap.through()));
        slots.saveGaps(run.slot(), runs);
    }

    /** Deletes segments of which all was written before {@code millis}, as gaps. */
    public void evictOlderThan(long millis) throws IOException {
        quota.evictOlderThan(millis);
    }

    /** Notes how far the runs are acknowledged, if that has changed. */
    public void saveAcks() throws IOException {
        if (acksChanged) {
            slots.saveAcks(runs);
            acksChanged = false;
        }
    }

    /** Bytes in use. */
    public long usedBytes() {
        return quota.usedBytes();
    }

    /** Forces and closes everything and gives the slots back. What could not be forced is told as for {@link #sync}. */
    @Override
    public void close() throws IOException {
        try {
            for (SpoolRun run : runs()) {
                writer.settle(run);
                run.reader().close();
            }
            for (SpoolRun run : runs()) {
                if (run.acked() >= run.last()) {
                    end(run);
                }
            }
            disposal.retry();
            slots.saveAcks(runs);
        } finally {
            slots.close();
        }
    }
}
