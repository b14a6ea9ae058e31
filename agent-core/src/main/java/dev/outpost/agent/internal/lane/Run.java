package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.spool.SpoolRun;
import dev.outpost.agent.internal.spool.Stored;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.internal.telemetry.LaneGate;
import dev.outpost.agent.protocol.StreamPosition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.function.Consumer;
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

    private static final int READ_AHEAD = 2;

    private final LaneAccount account;
    private final LaneGate gate;
    private final boolean isFound;
    private final RunInSpool spool;
    private final Deque<Entry> flight = new ArrayDeque<>();
    private final Deque<Entry> prefetched = new ArrayDeque<>();
    private final Deque<Entry> queue = new ArrayDeque<>();
    private final RunPromises promises = new RunPromises();
    private @Nullable UUID streamId;
    private long epoch;
    private boolean opened;
    private long last;
    private long sent;
    private long highestSent;
    private long acked;

    /** A new run without an identity. */
    Run(ChainSpool ofChain, LaneAccount account, LaneGate gate) {
        this(ofChain, account, gate, false);
    }

    private Run(ChainSpool ofChain, LaneAccount account, LaneGate gate, boolean isFound) {
        this.account = account;
        this.gate = gate;
        this.isFound = isFound;
        this.spool = new RunInSpool(this, ofChain, account);
    }

    /** A run that an earlier process left. */
    Run(ChainSpool ofChain, LaneAccount account, LaneGate gate, FoundRun found) {
        this(ofChain, account, gate, true);
        identify(found.run());
        acked = found.acked();
        sent = acked;
        last = found.last();
        highestSent = last; // it may have been: only its destination knows
        spool.bind(found);
    }

    // ---- identity -------------------------------------------------------------------------------------------------

    void identify(SpoolRun run) {
        spool.bind(run);
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

    /** Whether an earlier process left it. */
    boolean isFound() {
        return isFound;
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

    long ackedThrough() {
        return acked;
    }

    /** The number of its newest batch. */
    long last() {
        return last;
    }

    /** What of it is in the spool. */
    RunInSpool inSpool() {
        return spool;
    }

    /**
     * Whether {@code position} is one of this run's that was sent. The process that left a run may have sent more than it
     * had written down.
     */
    boolean knows(StreamPosition position) {
        return isOf(position) && position.sequence() >= 0 && (isFound || position.sequence() <= highestSent);
    }

    /** Whether a position is one of its own. */
    boolean isOf(StreamPosition position) {
        return position.streamId().equals(streamId) && position.epoch() == epoch;
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
        promises.offered(last, batch.promises());
        spool.offered(entry);
    }

    /** Takes over what {@code before} has neither sent nor ever begun to write. */
    void takeRestOf(Run before) {
        long cut = before.fixedThrough();
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
        before.promises.moveBeyond(cut, promises);
        before.keepPromises(); // what stays behind may be safe already
    }

    /** Up to here somebody else may know batches by their numbers. */
    private long fixedThrough() {
        return Math.max(Math.max(highestSent, acked), spool.highestIssued());
    }

    // ---- sending --------------------------------------------------------------------------------------------------

    /** What to send next, or null when there is nothing now. It stays where it is. */
    @Nullable Entry next(int window) {
        if (!isReady() || flight.size() >= window) {
            return null;
        }
        if (prefetched.size() < READ_AHEAD && spool.hasUnread()) {
            spool.readOn();
        }
        if (!prefetched.isEmpty()) {
            return prefetched.peek();
        }
        return sent < spool.handed() ? null : queue.peek();
    }

    /** {@link #next} was sent. */
    public void sent() {
        Entry entry = prefetched.isEmpty() ? queue.remove() : prefetched.remove();
        flight.add(entry);
        sent = entry.through();
        highestSent = Math.max(highestSent, sent);
        spool.passed(sent);
    }

    /** What the spool has given back. */
    void takeRead(Entry entry) {
        gate.take(entry.bytes());
        prefetched.add(entry);
    }

    /** Whether a batch was sent and neither acknowledged nor taken back. */
    boolean isInFlight(long sequence) {
        Entry first = flight.peek();
        return first != null && first.from() <= sequence && sequence <= sent;
    }

    int inFlight() {
        return flight.size();
    }

    /** Whether all of it is under way or delivered. */
    boolean isAllSent() {
        return sent >= last;
    }

    /** What was in flight is to be sent again, before all else and in order. */
    void rewind() {
        while (!flight.isEmpty()) {
            Entry entry = flight.removeLast();
            if (entry.through() > spool.handed()) {
                queue.addFirst(entry);
            } else {
                forgetStored(entry);
            }
        }
        prefetched.forEach(this::forgetStored);
        prefetched.clear();
        sent = acked;
        spool.rewind(acked);
    }

    /** The spool has it; in memory it is not needed any more. What the spool has lost meanwhile is lost now. */
    private void forgetStored(Entry entry) {
        gate.release(entry.bytes());
        if (!entry.isStored() && entry.batch() != null) {
            account.droppedFromMemory("evicted", entry.records());
        }
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
        Entries.takeThrough(flight, through, this::deliver);
        Entries.takeThrough(prefetched, through, this::deliver);
        Entries.takeThrough(queue, through, this::deliver);
        spool.ack(through);
        acked = through;
        sent = Math.max(sent, through);
        spool.passed(through);
        spool.tellAcked();
        spool.settle();
        keepPromises();
        return true;
    }

    private void deliver(Entry entry) {
        gate.release(entry.bytes());
        if (entry.batch() != null && entry.isStored()) {
            spool.delivered(entry);
        } else if (entry.batch() != null) {
            account.deliveredFromMemory(entry.records());
        }
    }

    void keepPromises() {
        promises.keep(acked, spool.synced());
    }

    /**
     * A batch will never be taken: it is given up, and leaves a gap in its place until that is acknowledged. No effect on
     * one that is not in flight.
     */
    void rejected(long sequence, String reason) {
        for (Entry entry : flight) {
            if (entry.through() == sequence && entry.batch() != null) {
                giveUp(entry, reason, true);
            }
        }
    }

    /** {@link #next} can never be sent. */
    public void dropNext(String reason) {
        Entry next = prefetched.isEmpty() ? queue.element() : prefetched.element();
        giveUp(next, reason, true);
    }

    private void giveUp(Entry entry, String reason, boolean isKept) {
        ClosedBatch batch = entry.batch();
        if (batch == null) {
            return;
        }
        spool.gaveUp(entry, batch, reason, isKept);
        if (!entry.isStored()) {
            account.droppedFromMemory(reason, entry.records());
        }
        gate.release(batch.bytes());
        entry.giveUp(reason);
        promises.gaveUp(entry.from(), entry.through(), reason);
    }

    /** Gives up the oldest batches that wait, until so many bytes are free; those that were sent or written stay. */
    long dropOldest(long bytes, String reason) {
        long cut = fixedThrough();
        if (cut >= last) {
            return 0;
        }
        return Entries.dropOldest(queue, cut, bytes, entry -> giveUp(entry, reason, false));
    }

    // ---- asked and told by its part in the spool ------------------------------------------------------------------

    /** What is sent or waits, in order, and was not read back. */
    void forEachUnread(Consumer<Entry> action) {
        flight.forEach(action);
        queue.forEach(action);
    }

    /** The spool has what is behind {@code before} up to {@code through}; of what is not behind it some may be lost again. */
    void handOver(long before, long through, Consumer<Entry> taken) {
        for (Entry entry : flight) {
            if (entry.through() > before && entry.through() <= through && !entry.isStored()) {
                taken.accept(entry);
            }
        }
        Entries.takeThrough(queue, through, entry -> {
            taken.accept(entry);
            gate.release(entry.bytes());
        });
    }

    /** Whether next to nothing waits that was not sent. */
    boolean hasCaughtUp() {
        return queue.size() <= flight.size() + 1;
    }

    /** Of what the spool has lost, some may be here: it does not count as stored any more. How many records that are. */
    long unstore(Stored.Gap lost, long most) {
        long inFlight = Entries.unstore(flight, lost, most);
        return inFlight + Entries.unstore(prefetched, lost, most - inFlight);
    }

    // ---- asked by the chain ---------------------------------------------------------------------------------------

    /** Who waits for its batches. */
    RunPromises promises() {
        return promises;
    }

    boolean isDelivered() {
        return acked >= last;
    }

    /** Whether anything is neither delivered nor safely in the spool. */
    boolean hasUnsafe() {
        return Math.max(acked, spool.synced()) < last;
    }

    /** When the oldest batch that is neither acknowledged nor being written was closed; {@link Long#MAX_VALUE} if none. */
    long oldestUnwritten() {
        if (spool.isIssued(last)) {
            return Long.MAX_VALUE;
        }
        long inFlight = Entries.oldest(flight, entry -> !spool.isIssued(entry));
        return inFlight == Long.MAX_VALUE ? Entries.oldest(queue, entry -> !spool.isIssued(entry)) : inFlight;
    }

    int unsent() {
        return queue.size();
    }

    /** What it holds in memory, whether that is in the spool as well or not. */
    long bytesInMemory() {
        return Entries.bytes(flight) + Entries.bytes(prefetched) + Entries.bytes(queue);
    }

    /** Drops what is in memory only. */
    void close() {
        spool.close();
        rewind();
        for (Entry entry : queue) {
            if (entry.batch() != null) {
                gate.release(entry.bytes());
                account.droppedFromMemory(Chain.CLOSED, entry.records());
            }
        }
        queue.clear();
        promises.close();
    }
}
