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
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A spool directory in use: one slot of our own, and what others left in theirs. Disk thread only. */
public final class SpoolStore implements AutoCloseable {

    private static final long SYNC_AT_BYTES = 1L << 20;

    /** The class of chains that no lane asks for. */
    private static final int UNCLAIMED = 3;

    private final Path directory;
    private final SpoolLimits limits;
    private final SpoolFiles files;
    private final LongSupplier wallMillis;
    private final Collection<SpoolRun.Chain> chains;
    private final SpoolEvents events;
    private final SlotDirectory own;
    private final List<SlotDirectory> adopted = new ArrayList<>();
    private final List<SpoolRun> runs = new ArrayList<>();
    private final Quarantine quarantine;
    private final SpoolQuota quota;
    private long unsyncedBytes;
    private boolean acksChanged;
    private int damagedSegments;

    private SpoolStore(
            Path directory,
            SpoolLimits limits,
            SpoolFiles files,
            LongSupplier wallMillis,
            Collection<SpoolRun.Chain> chains,
            SpoolEvents events,
            SlotDirectory own) {
        this.directory = directory;
        this.limits = limits;
        this.files = files;
        this.wallMillis = wallMillis;
        this.chains = chains;
        this.events = events;
        this.own = own;
        this.quarantine = new Quarantine(own.path(Quarantine.DIRECTORY), files, limits.quarantineBytes());
        this.quota = new SpoolQuota(limits, files, this);
    }

    /**
     * Takes a slot in {@code directory} and reads what is there.
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
        files.createDirectories(directory);
        SlotDirectory own = null;
        for (int number = 0; own == null && number < SlotDirectory.SLOTS; number++) {
            own = SlotDirectory.tryTake(SlotDirectory.slot(directory, number), true, files)
                    .orElse(null);
        }
        if (own == null) {
            throw new IOException("all " + SlotDirectory.SLOTS + " slots of " + directory + " are taken");
        }
        SpoolStore store = new SpoolStore(directory, limits, files, wallMillis, chains, events, own);
        boolean opened = false;
        try {
            store.own.takeEpochs(0); // the slot can be written, or it is of no use
            store.quarantine.scan();
            store.take(own);
            store.adoptOrphans();
            opened = true;
            return store;
        } finally {
            if (!opened) {
                store.closeSlots();
            }
        }
    }

    private List<SpoolRun> take(SlotDirectory slot) throws IOException {
        SpoolScan scan = new SpoolScan(slot, files, this::priorityOf);
        List<SpoolRun> found = scan.runs();
        damagedSegments += scan.damagedSegments();
        List<Segment> segments = new ArrayList<>();
        found.forEach(run -> segments.addAll(run.segments()));
        segments.sort(Comparator.comparingLong(Segment::createdMillis));
        segments.forEach(quota::place);
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
     * Takes over the slots of agents that have ended and left something.
     *
     * @return what was found, oldest first
     */
    public List<SpoolRun> adoptOrphans() throws IOException {
        List<SpoolRun> found = new ArrayList<>();
        for (int number = 0; number < SlotDirectory.SLOTS; number++) {
            Path path = SlotDirectory.slot(directory, number);
            Optional<SlotDirectory> slot = SlotDirectory.tryTake(path, false, files);
            if (slot.isEmpty()) {
                continue;
            }
            List<SpoolRun> left = take(slot.get());
            found.addAll(left);
            if (left.isEmpty()) {
                slot.get().close();
            } else {
                adopted.add(slot.get());
            }
        }
        return found;
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

    /** Records that a run holds. */
    public long records(SpoolRun run) throws IOException {
        return run.reader().countRecords(run.acked() + 1, Long.MAX_VALUE, files);
    }

    /** Bytes of a run's segments. */
    public long bytes(SpoolRun run) {
        return run.segments().stream().mapToLong(Segment::end).sum();
    }

    /** Segments that were found damaged. */
    public int damagedSegments() {
        return damagedSegments;
    }

    /** Begins a run of a chain, whose epoch no other run had or will have, whatever happens. */
    public SpoolRun startRun(SpoolRun.Chain chain) throws IOException {
        SpoolRun run = new SpoolRun(chain, own.streamId(), own.takeEpochs(1), own);
        runs.add(run);
        return run;
    }

    /** Later runs are of another stream: somebody else uses a copy of this directory. */
    public void changeStream() throws IOException {
        own.changeStream();
    }

    /**
     * Writes a batch behind the others of its run. What goes wrong is told to {@link SpoolEvents#onFailed}.
     *
     * @param attempt numbers the caller's attempts: after a failure the rest of its attempt is passed over
     */
    public void append(SpoolRun run, int attempt, Batch batch) {
        if (run.refuses(attempt) || batch.sequence() <= run.appended()) {
            return;
        }
        try {
            SegmentWriter writer = writerFor(run, batch.sequence(), batch.body().remaining());
            unsyncedBytes += writer.append(batch, wallMillis.getAsLong());
            run.appended(batch.sequence());
        } catch (IOException e) {
            fail(run, e);
            return;
        }
        events.onWritten(run, batch.sequence());
        if (unsyncedBytes >= SYNC_AT_BYTES) {
            sync();
        }
    }

    private SegmentWriter writerFor(SpoolRun run, long sequence, int length) throws IOException {
        SegmentWriter present = run.writer();
        if (present != null && present.hasRoomFor(length)) {
            return present;
        }
        if (present != null) {
            present.sync();
            markSynced(run);
            seal(run);
        }
        long size = Math.max(limits.segmentBytes(), SegmentHeader.BYTES + FrameHeader.frameBytes(length));
        quota.makeRoom(size, run);
        SegmentId id = new SegmentId(run.streamId(), run.epoch(), sequence);
        Path chain = own.path(run.chain().name());
        files.createDirectories(chain);
        Segment segment =
                new Segment(id, chain.resolve(id.fileName()), run.chain().priority(), wallMillis.getAsLong(), size);
        SegmentWriter next = SegmentWriter.create(segment, files);
        files.forceDirectory(chain);
        quota.place(segment);
        run.segments().add(segment);
        run.writer(next);
        return next;
    }

    private void fail(SpoolRun run, IOException failure) {
        SegmentWriter writer = run.writer();
        if (writer != null) {
            try {
                writer.sync(); // what was written before may be good, and is not written again then
                markSynced(run);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            seal(run);
        }
        run.refuse();
        events.onFailed(run, run.synced(), failure);
    }

    private void seal(SpoolRun run) {
        SegmentWriter writer = run.writer();
        run.writer(null);
        if (writer != null) {
            writer.seal();
            if (writer.segment().isEmpty()) {
                drop(run, writer.segment());
            }
        }
    }

    private void markSynced(SpoolRun run) {
        if (run.synced() < run.appended()) {
            run.synced(run.appended());
            events.onSynced(run, run.synced());
        }
    }

    /** Forces all that was written. */
    public void sync() {
        unsyncedBytes = 0;
        for (SpoolRun run : runs()) {
            SegmentWriter writer = run.writer();
            if (writer != null) {
                try {
                    writer.sync();
                    markSynced(run);
                } catch (IOException e) {
                    seal(run);
                    run.refuse();
                    events.onFailed(run, run.synced(), e);
                }
            }
        }
    }

    /** What a run holds from {@code from} to {@code through}, up to so many bytes but at least one batch. */
    public List<Stored> read(SpoolRun run, long from, long through, int maxBytes) throws IOException {
        return run.reader().read(from, through, maxBytes, files, this::onLost);
    }

    /** Records in a run's batches from {@code from} to {@code through}. */
    public long countRecords(SpoolRun run, long from, long through) throws IOException {
        return run.reader().countRecords(from, through, files);
    }

    private void onLost(SpoolRun run, Stored.Gap lost, @Nullable ByteBuffer raw) {
        events.onLost(run, lost);
        if (raw != null) {
            try {
                quarantine.keep(run, lost.from(), raw);
            } catch (IOException e) {
                quota.noteFailure(e); // it is lost anyway; only the evidence is missing
            }
        }
    }

    /** Batches of the run are delivered up to {@code through}: what holds nothing else is deleted. */
    public void ack(SpoolRun run, long through) throws IOException {
        if (through <= run.acked()) {
            return;
        }
        run.acked(through);
        acksChanged = true;
        boolean gapsChanged = run.gaps().values().removeIf(gap -> gap.through() <= through);
        while (!run.segments().isEmpty()
                && run.segments().getFirst().lastSequence() <= through
                && !isActive(run, run.segments().getFirst())) {
            drop(run, run.segments().getFirst());
        }
        if (gapsChanged) {
            writeGaps(run.slot());
        }
    }

    private static boolean isActive(SpoolRun run, Segment segment) {
        SegmentWriter writer = run.writer();
        return writer != null && writer.segment() == segment;
    }

    /** Nothing more is written to the run for now: its last segment is closed, and deleted if all of it is delivered. */
    public void rest(SpoolRun run) {
        SegmentWriter writer = run.writer();
        if (writer == null) {
            return;
        }
        try {
            writer.sync();
            markSynced(run);
        } catch (IOException e) {
            fail(run, e);
            return;
        }
        seal(run);
        if (writer.segment().lastSequence() <= run.acked()) {
            drop(run, writer.segment());
        }
    }

    /** The run is over: whatever it holds is deleted. */
    public void end(SpoolRun run) throws IOException {
        seal(run);
        for (Segment segment : List.copyOf(run.segments())) {
            drop(run, segment);
        }
        runs.remove(run);
        if (!run.gaps().isEmpty()) {
            run.gaps().clear();
            writeGaps(run.slot());
        }
        SlotDirectory slot = run.slot();
        if (slot != own && runs.stream().noneMatch(other -> other.slot() == slot)) {
            adopted.remove(slot);
            slot.close();
        }
    }

    /** A batch that its destination will never take: it is kept aside, and a gap stands in its place. */
    public void reject(SpoolRun run, Batch batch, String reason) throws IOException {
        long seed = new SegmentId(run.streamId(), run.epoch(), batch.sequence()).seed();
        FrameHeader frame = batch.header(run.chain().priority(), wallMillis.getAsLong(), seed);
        ByteBuffer raw = ByteBuffer.allocate((int) frame.frameBytes());
        raw.put(frame.encode(seed)).put(batch.body().duplicate()).clear();
        run.addGap(new Stored.Gap(batch.sequence(), batch.sequence(), batch.records(), reason));
        writeGaps(run.slot());
        quarantine.keep(run, batch.sequence(), raw);
    }

    /** Batches that were given up before they were written: a gap stands in their place. */
    public void noteGap(SpoolRun run, Stored.Gap gap) throws IOException {
        run.addGap(gap);
        run.appended(Math.max(run.appended(), gap.through()));
        writeGaps(run.slot());
    }

    /** Deletes segments that were made before {@code createdMillis}, as gaps. */
    public void evictOlderThan(long createdMillis) throws IOException {
        quota.evictOlderThan(createdMillis);
    }

    /** Notes how far the runs are acknowledged, if that has changed. */
    public void saveAcks() throws IOException {
        if (!acksChanged) {
            return;
        }
        acksChanged = false;
        saveAcks(own);
        for (SlotDirectory slot : adopted) {
            saveAcks(slot);
        }
    }

    private void saveAcks(SlotDirectory slot) throws IOException {
        NavigableMap<Long, Long> acks = new TreeMap<>();
        for (SpoolRun run : runs) {
            if (run.slot() == slot && !run.isEmpty()) {
                acks.put(run.epoch(), run.acked());
            }
        }
        slot.acks().write(acks);
    }

    void writeGaps(SlotDirectory slot) throws IOException {
        List<GapFile.Entry> entries = new ArrayList<>();
        for (SpoolRun run : runs) {
            if (run.slot() == slot) {
                run.gaps()
                        .values()
                        .forEach(
                                gap -> entries.add(new GapFile.Entry(run.chain().name(), run.epoch(), gap)));
            }
        }
        slot.gaps().write(entries);
    }

    /** Gives up a run's oldest segment: the gap is noted first, so that a crash in between loses no news. */
    void evict(SpoolRun run, Segment segment, String reason) throws IOException {
        if (isActive(run, segment)) {
            seal(run);
        }
        if (!run.segments().contains(segment)) {
            return; // it was empty
        }
        long from = Math.max(segment.id().firstSequence(), run.acked() + 1);
        if (from <= segment.lastSequence()) {
            long records = run.reader().countRecords(from, segment.lastSequence(), files);
            Stored.Gap gap = new Stored.Gap(from, segment.lastSequence(), (int) records, reason);
            run.addGap(gap);
            writeGaps(run.slot());
            events.onLost(run, gap);
        }
        drop(run, segment);
    }

    private void drop(SpoolRun run, Segment segment) {
        run.reader().release(segment);
        run.segments().remove(segment);
        quota.forget(segment);
        try {
            files.delete(segment.path());
        } catch (IOException e) {
            quota.noteFailure(e); // the next start deletes it: nothing in it is missing anywhere
        }
    }

    /** Bytes in use. */
    public long usedBytes() {
        return quota.usedBytes();
    }

    long quarantinedBytes() {
        return quarantine.bytes();
    }

    Path directory() {
        return own.directory();
    }

    /** Forces and closes everything and gives the slot back. What goes wrong is told as for {@link #sync}. */
    @Override
    public void close() throws IOException {
        sync();
        try {
            for (SpoolRun run : runs()) {
                seal(run);
                run.reader().close();
                if (run.acked() >= run.last()) {
                    end(run);
                }
            }
            acksChanged = true;
            saveAcks();
        } finally {
            closeSlots();
        }
    }

    private void closeSlots() throws IOException {
        own.close();
        for (SlotDirectory slot : adopted) {
            slot.close();
        }
        adopted.clear();
    }
}
