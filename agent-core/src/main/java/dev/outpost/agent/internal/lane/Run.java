package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.spool.Batch;
import dev.outpost.agent.internal.spool.FrameType;
import dev.outpost.agent.internal.spool.SpoolRun;
import dev.outpost.agent.internal.spool.Stored;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.internal.telemetry.LaneGate;
import dev.outpost.agent.internal.telemetry.Promise;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamPosition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One sequence of batches of a chain, under one stream id and epoch. Control loop only.
 *
 * <pre>
 *   1 … acked │ acked+1 … handed      │ handed+1 … last
 *    gone     │ in the spool          │ in memory: queue
 *             │ acked+1 … sent are under way: flight, whether in the spool or not
 *             │         sent+1 … read are read back: prefetched
 * </pre>
 */
public final class Run {

    private static final int READ_BYTES = 1 << 20;
    private static final int READ_AHEAD = 2;

    private final Chain chain;
    private final LaneAccount account;
    private final LaneGate gate;
    private final boolean isFound;
    private final Deque<Entry> flight = new ArrayDeque<>();
    private final Deque<Entry> prefetched = new ArrayDeque<>();
    private final Deque<Entry> queue = new ArrayDeque<>();
    private final Promises safe = new Promises();
    private final Promises delivered = new Promises();
    private @Nullable SpoolRun stored;
    private @Nullable UUID streamId;
    private long epoch;
    private boolean opened;
    private long last;
    private long sent;
    private long highestSent;
    private long acked;
    private long ackedInSpool;

    private boolean spilling;
    private int attempt;
    private long issued;
    private long handed;
    private long synced;
    private long storedRecords;
    private long storedBytes;

    private long read;
    private boolean reading;
    private int readTurn;

    private long refusedSequence;
    private int refusals;

    /** A new run without an identity. */
    Run(Chain chain, LaneAccount account, LaneGate gate) {
        this(chain, account, gate, false);
    }

    private Run(Chain chain, LaneAccount account, LaneGate gate, boolean isFound) {
        this.chain = chain;
        this.account = account;
        this.gate = gate;
        this.isFound = isFound;
    }

    /** A run that an earlier process left. */
    Run(Chain chain, LaneAccount account, LaneGate gate, SpoolClient.Found found) {
        this(chain, account, gate, true);
        identify(found.run());
        acked = found.acked();
        ackedInSpool = acked;
        sent = acked;
        read = acked;
        last = found.last();
        highestSent = last; // it may have been: only its destination knows
        issued = last;
        handed = last;
        synced = last;
        storedRecords = found.records();
        storedBytes = found.bytes();
        account.recovered(storedRecords);
    }

    // ---- identity -------------------------------------------------------------------------------------------------

    void identify(SpoolRun run) {
        stored = run;
        identify(run.streamId(), run.epoch());
    }

    void identify(UUID stream, long ofEpoch) {
        streamId = stream;
        epoch = ofEpoch;
    }

    /** Whether batches may be sent under its name. */
    boolean isReady() {
        return streamId != null;
    }

    boolean isInSpool() {
        return stored != null;
    }

    /** The identity of a batch of this run. */
    public StreamPosition position(long sequence) {
        if (streamId == null) {
            throw new IllegalStateException("the run has no identity yet");
        }
        return new StreamPosition(streamId, epoch, sequence);
    }

    /** How far it is acknowledged. */
    public StreamPosition acked() {
        return position(acked);
    }

    /**
     * Whether {@code position} is one of this run's that was sent. The process that left a run may have sent more than it
     * had written down.
     */
    boolean knows(StreamPosition position) {
        return position.streamId().equals(streamId)
                && position.epoch() == epoch
                && position.sequence() >= 0
                && (isFound || position.sequence() <= highestSent);
    }

    /** Whether its destination has been told on this connection that it comes. */
    public boolean isOpened() {
        return opened;
    }

    /** Its destination has been told, or has to be told again. */
    public void opened(boolean isOpened) {
        opened = isOpened;
    }

    // ---- taking in ------------------------------------------------------------------------------------------------

    void offer(ClosedBatch batch) {
        Entry entry = new Entry(++last, batch, false);
        queue.add(entry);
        account.taken(entry.records());
        safe.addAll(last, batch.promises());
        if (spilling) {
            append(entry);
        }
    }

    /** Takes over what {@code before} has neither sent nor begun to write. */
    void takeRestOf(Run before) {
        long cut = Math.max(before.highestSent, before.issued);
        Deque<Entry> rest = new ArrayDeque<>();
        while (!before.queue.isEmpty() && before.queue.getLast().from() > cut) {
            rest.addFirst(before.queue.removeLast());
        }
        if (rest.isEmpty()) {
            return;
        }
        for (Entry entry : rest) {
            queue.add(entry.renumbered(cut));
        }
        last = before.last - cut;
        before.last = cut;
        before.safe.moveBeyond(cut, cut, safe);
        before.delivered.moveBeyond(cut, cut, delivered);
    }

    // ---- sending --------------------------------------------------------------------------------------------------

    /** What to send next, or null when there is nothing now. It stays where it is. */
    @Nullable Entry next(int window) {
        if (!isReady() || flight.size() >= window) {
            return null;
        }
        if (prefetched.size() < READ_AHEAD && read < handed) {
            readOn();
        }
        if (!prefetched.isEmpty()) {
            return prefetched.peek();
        }
        return sent < handed ? null : queue.peek();
    }

    /** {@link #next} was sent. */
    public void sent() {
        Entry entry = prefetched.isEmpty() ? queue.remove() : prefetched.remove();
        flight.add(entry);
        sent = entry.through();
        read = Math.max(read, sent);
        highestSent = Math.max(highestSent, sent);
    }

    private void readOn() {
        SpoolRun present = stored;
        if (reading || present == null) {
            return;
        }
        reading = true;
        int turn = ++readTurn;
        chain.spool().read(present, read + 1, handed, READ_BYTES, found -> {
            if (turn == readTurn) {
                reading = false;
                found.forEach(this::takeRead);
            }
        });
    }

    private void takeRead(Stored found) {
        if (found.through() <= read) {
            return;
        }
        read = found.through();
        if (found instanceof Stored.Frame frame) {
            ClosedBatch batch = new ClosedBatch(
                    frame.header().type() == FrameType.LOGS ? Signal.LOGS : Signal.METRICS,
                    frame.header().priority(),
                    frame.records(),
                    ClosedBatch.codec(frame.header().codec()),
                    frame.body(),
                    0,
                    List.of());
            gate.take(batch.bytes());
            prefetched.add(new Entry(found.through(), batch, true));
        } else if (found instanceof Stored.Gap gap) {
            prefetched.add(new Entry(gap.from(), gap.through(), gap.records(), gap.reason(), true));
        }
    }

    /** Whether a batch was sent and neither acknowledged nor taken back. */
    boolean isInFlight(long sequence) {
        Entry first = flight.peek();
        return first != null && first.from() <= sequence && sequence <= sent;
    }

    int inFlight() {
        return flight.size();
    }

    /** What was in flight is to be sent again, before all else and in order. */
    void rewind() {
        while (!flight.isEmpty()) {
            Entry entry = flight.removeLast();
            if (entry.through() > handed) {
                queue.addFirst(entry);
            } else {
                forgetStored(entry);
            }
        }
        prefetched.forEach(this::forgetStored);
        prefetched.clear();
        sent = acked;
        read = acked;
        dropPendingRead();
    }

    /** The spool has it; in memory it is not needed any more. What the spool has lost meanwhile is lost now. */
    private void forgetStored(Entry entry) {
        gate.release(entry.bytes());
        if (!entry.isStored() && entry.batch() != null) {
            account.droppedFromMemory("evicted", entry.records());
        }
    }

    private void dropPendingRead() {
        readTurn++;
        reading = false;
    }

    // ---- what became of it ----------------------------------------------------------------------------------------

    /**
     * All batches up to {@code position} are delivered. Late and repeated acknowledgements are without effect.
     *
     * @return whether any batch was delivered by it
     */
    boolean ack(long position) {
        long through = Math.min(position, last);
        if (through <= acked) {
            return false;
        }
        deliver(flight, through);
        deliver(prefetched, through);
        deliver(queue, through);
        deliverUnread(through);
        acked = through;
        sent = Math.max(sent, through);
        if (read < through) {
            read = through;
            dropPendingRead();
        }
        tellSpool();
        settle();
        delivered.keep(acked);
        safe.keep(Math.max(acked, synced));
        return true;
    }

    private void deliver(Deque<Entry> entries, long through) {
        for (Entry first = entries.peek(); first != null && first.through() <= through; first = entries.peek()) {
            Entry entry = entries.remove();
            gate.release(entry.bytes());
            if (entry.batch() == null) {
                continue;
            }
            if (entry.isStored()) {
                storedRecords -= entry.records();
                storedBytes -= entry.bytes();
                account.deliveredFromSpool(entry.records());
            } else {
                account.deliveredFromMemory(entry.records());
            }
        }
    }

    /** Acknowledged in an earlier connection, and not read back since: only the spool knows what it was. */
    private void deliverUnread(long through) {
        SpoolRun present = stored;
        long to = Math.min(through, handed);
        if (present != null && read < to) {
            chain.spool().count(present, read + 1, to, records -> {
                long known = Math.min(records, storedRecords);
                storedRecords -= known;
                account.deliveredFromSpool(known);
                settle();
            });
        }
    }

    private void tellSpool() {
        SpoolRun present = stored;
        if (present != null && ackedInSpool < Math.min(acked, handed)) {
            ackedInSpool = acked;
            chain.spool().ack(present, acked);
        }
    }

    /** With everything delivered the spool holds nothing more of it: what is left in the account was damaged. */
    private void settle() {
        if (acked < handed || stored == null) {
            return;
        }
        if (storedRecords > 0 && !chain.spool().isCounting()) {
            account.droppedFromSpool("corrupt", storedRecords);
            storedRecords = 0;
        }
        storedBytes = 0;
        if (spilling && !chain.writesAhead() && queue.size() <= flight.size() + 1) {
            spilling = false;
            chain.restLater(this);
        }
    }

    /**
     * A batch will never be taken: it is given up, and leaves a gap in its place until that is acknowledged. No effect on
     * one that is not in flight.
     */
    void rejected(long sequence, String reason) {
        for (Entry entry : flight) {
            if (entry.through() == sequence && entry.batch() != null) {
                giveUp(entry, reason);
            }
        }
    }

    /** {@link #next} can never be sent. */
    public void dropNext(String reason) {
        Entry next = prefetched.isEmpty() ? queue.element() : prefetched.element();
        giveUp(next, reason);
    }

    private void giveUp(Entry entry, String reason) {
        ClosedBatch batch = entry.batch();
        if (batch == null) {
            return;
        }
        SpoolRun present = stored;
        if (present != null) {
            chain.spool().reject(present, toStore(entry, batch), reason);
        }
        gate.release(batch.bytes());
        if (entry.isStored()) {
            storedRecords -= entry.records();
            storedBytes -= batch.bytes();
            account.droppedFromSpool(reason, entry.records());
        } else {
            account.droppedFromMemory(reason, entry.records());
        }
        entry.giveUp(reason);
        safe.breakAll(entry.from(), entry.through(), reason);
    }

    /**
     * The destination would have a batch sent again.
     *
     * @return how often it has said so of this batch in a row
     */
    int refused(long sequence) {
        refusals = sequence == refusedSequence ? refusals + 1 : 1;
        refusedSequence = sequence;
        return refusals;
    }

    /** Gives up the oldest batches that wait, until so many bytes are free; those that were sent or written stay. */
    long dropOldest(long bytes, String reason) {
        long freed = 0;
        long cut = Math.max(highestSent, issued);
        Deque<Entry> kept = new ArrayDeque<>();
        while (freed < bytes && !queue.isEmpty()) {
            Entry entry = queue.remove();
            if (entry.from() > cut && entry.batch() != null) {
                freed += entry.bytes();
                giveUp(entry, reason);
            }
            addMerged(kept, entry);
        }
        while (!kept.isEmpty()) {
            queue.addFirst(kept.removeLast());
        }
        return freed;
    }

    /** Neighbouring gaps become one, so that their number stays small. */
    private static void addMerged(Deque<Entry> entries, Entry entry) {
        Entry before = entries.peekLast();
        if (before != null
                && before.batch() == null
                && entry.batch() == null
                && before.reason().equals(entry.reason())) {
            entries.removeLast();
            entries.add(new Entry(
                    before.from(), entry.through(), before.records() + entry.records(), before.reason(), false));
        } else {
            entries.add(entry);
        }
    }

    // ---- spool ----------------------------------------------------------------------------------------------------

    /** Writes what is not acknowledged to the spool, and from now on whatever is offered. */
    void spill() {
        if (stored == null || !chain.spool().canWrite()) {
            return;
        }
        if (!spilling) {
            spilling = true;
            attempt++;
            chain.spillingChanged();
        }
        flight.forEach(this::append);
        queue.forEach(this::append);
    }

    private void append(Entry entry) {
        SpoolRun present = stored;
        if (entry.from() <= issued || present == null) {
            return;
        }
        issued = entry.through();
        ClosedBatch batch = entry.batch();
        if (batch == null) {
            chain.spool()
                    .noteGap(present, new Stored.Gap(entry.from(), entry.through(), entry.records(), entry.reason()));
        } else {
            chain.spool().append(present, attempt, toStore(entry, batch));
        }
    }

    private static Batch toStore(Entry entry, ClosedBatch batch) {
        return new Batch(
                entry.through(),
                entry.records(),
                batch.signal() == Signal.LOGS ? FrameType.LOGS : FrameType.METRICS,
                batch.codecNumber(),
                batch.body());
    }

    boolean isSpilling() {
        return spilling;
    }

    /** The spool has everything up to {@code through}: memory may forget it. */
    void onStored(long through) {
        if (through <= handed) {
            return;
        }
        handed = through;
        for (Entry entry : flight) {
            if (entry.through() <= handed && !entry.isStored()) {
                handOver(entry);
            }
        }
        for (Entry first = queue.peek(); first != null && first.through() <= handed; first = queue.peek()) {
            handOver(queue.remove());
            gate.release(first.bytes());
        }
        tellSpool();
        settle();
        chain.onProgress();
    }

    private void handOver(Entry entry) {
        entry.stored(true);
        if (entry.batch() != null) {
            storedRecords += entry.records();
            storedBytes += entry.bytes();
            account.spooled(entry.records());
        }
    }

    void onSynced(long through) {
        synced = Math.max(synced, through);
        safe.keep(Math.max(acked, synced));
    }

    /** Writing failed; everything beyond what was handed over is here still, and will be written again. */
    void onWriteFailed(long through) {
        onStored(through);
        issued = Math.max(handed, acked);
        spilling = false;
        chain.spillingChanged();
    }

    /** The spool has lost batches. Those of them that are here at this moment may be delivered all the same. */
    void onLost(Stored.Gap lost) {
        long here = unstore(flight, lost) + unstore(prefetched, lost);
        long gone = Math.max(0, Math.min(lost.records(), storedRecords) - here);
        storedRecords -= gone;
        account.droppedFromSpool(lost.reason(), gone);
    }

    private long unstore(Deque<Entry> entries, Stored.Gap lost) {
        long records = 0;
        for (Entry entry : entries) {
            if (entry.isStored()
                    && entry.batch() != null
                    && entry.from() >= lost.from()
                    && entry.through() <= lost.through()) {
                entry.stored(false);
                records += entry.records();
            }
        }
        storedRecords -= records;
        account.unspooled(records);
        return records;
    }

    /** Nothing can be written now: those who wait for the disk are told, unless the destination may still answer. */
    void breakPromises(String reason) {
        safe.breakAll(0, Long.MAX_VALUE, reason);
    }

    // ---- asked by the chain ---------------------------------------------------------------------------------------

    /** {@code promise} is kept as soon as all that it holds now is in the spool or delivered. */
    void whenSafe(Promise promise) {
        safe.add(last, promise);
        safe.keep(Math.max(acked, synced));
    }

    /** Nobody is there to deliver to: who waits for that is content with the disk. */
    void contentWithSafe() {
        delivered.moveBeyond(0, 0, safe);
        safe.keep(Math.max(acked, synced));
    }

    /** {@code promise} is kept as soon as all that it holds now is delivered. */
    void whenDelivered(Promise promise) {
        delivered.add(last, promise);
        delivered.keep(acked);
    }

    boolean isDelivered() {
        return acked >= last;
    }

    /** Whether anything is neither delivered nor in the spool. */
    boolean hasUnsafe() {
        return Math.max(acked, synced) < last;
    }

    /** Whether anybody waits for batches to be safe. */
    boolean hasPromises() {
        return !safe.isEmpty();
    }

    /** When the oldest batch that is neither acknowledged nor being written was closed; {@link Long#MAX_VALUE} if none. */
    long oldestUnwritten() {
        for (Deque<Entry> entries : List.of(flight, queue)) {
            for (Iterator<Entry> each = entries.iterator(); each.hasNext(); ) {
                Entry entry = each.next();
                ClosedBatch batch = entry.batch();
                if (batch != null && entry.from() > issued) {
                    return batch.closedNanos();
                }
            }
        }
        return Long.MAX_VALUE;
    }

    int unsent() {
        return queue.size();
    }

    /** Bytes in the spool. */
    long backlogBytes() {
        return acked < handed ? Math.max(1, storedBytes) : 0;
    }

    /** Everything is given up or delivered: what the spool has of it is of no use any more. */
    void end() {
        SpoolRun present = stored;
        if (storedRecords > 0) {
            account.droppedFromSpool("corrupt", storedRecords);
            storedRecords = 0;
        }
        if (present != null) {
            chain.spool().end(present);
        }
    }

    /** Lets go of the file that it writes to, unless it has begun again. */
    void rest() {
        SpoolRun present = stored;
        if (present != null && !spilling) {
            chain.spool().rest(present);
        }
    }

    /** Drops what is in memory only. */
    void close() {
        rewind();
        for (Entry entry : queue) {
            if (entry.batch() != null) {
                gate.release(entry.bytes());
                account.droppedFromMemory(Chain.CLOSED, entry.records());
            }
        }
        queue.clear();
        safe.breakAll(0, Long.MAX_VALUE, Chain.CLOSED);
        delivered.breakAll(0, Long.MAX_VALUE, Chain.CLOSED);
    }
}
