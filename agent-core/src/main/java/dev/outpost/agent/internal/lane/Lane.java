package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.internal.telemetry.LaneGate;
import dev.outpost.agent.internal.telemetry.Outlet;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamPosition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way of one signal to one destination: numbers the batches, keeps them until they are acknowledged, sends them again
 * after a lost connection. All methods but those of {@link Outlet} belong to the control loop.
 *
 * <p>The first epoch is 1, on a stream id that is new at every start: nothing outlives the process yet.
 */
public final class Lane implements Outlet {

    private static final long EPOCH = 1;

    private final String name;
    private final Signal signal;
    private final LaneGate gate;
    private final Consumer<ClosedBatch> handOver;
    private final Counters counters;
    private final String dropName;
    private final UUID streamId = UUID.randomUUID();
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private final Deque<Entry> inFlight = new ArrayDeque<>();
    private final Deque<Milestone> milestones = new ArrayDeque<>();
    private final LongAdder delivered;
    private final LongAdder droppedFull;
    private final LongAdder droppedRejected;
    private final LongAdder droppedAtClose;
    private int window;
    private long lastSequence;
    private long sentSequence;
    private long ackedSequence;
    private boolean paused;
    private long pausedUntil;
    private boolean closed;
    private final AtomicLong recordsHeld = new AtomicLong();

    /**
     * A lane.
     *
     * @param name names it in counters
     * @param handOver brings a batch from the telemetry loop to {@link #offer} on the control loop
     */
    public Lane(
            String name,
            Signal signal,
            long maxBytes,
            int window,
            Counters counters,
            BiConsumer<Lane, ClosedBatch> handOver) {
        this.name = name;
        this.signal = signal;
        this.gate = new LaneGate(maxBytes);
        this.window = window;
        this.handOver = batch -> handOver.accept(this, batch);
        this.counters = counters;
        this.dropName = "lane." + name + ".dropped";
        this.delivered = counters.counter("lane." + name + ".delivered");
        this.droppedFull = counters.counter(dropName, "lane_full");
        this.droppedRejected = counters.counter(dropName, "rejected");
        this.droppedAtClose = counters.counter(dropName, "closed");
    }

    /**
     * A numbered batch.
     *
     * @param batch the batch, or null for one that was dropped and leaves a gap
     * @param records how many records it holds, or held
     */
    public record Entry(long sequence, @Nullable ClosedBatch batch, int records) {}

    private record Milestone(long sequence, Runnable reached) {}

    /** Names it in counters and logs. */
    public String name() {
        return name;
    }

    /** What it carries. */
    public Signal signal() {
        return signal;
    }

    @Override
    public LaneGate gate() {
        return gate;
    }

    /** Any thread: on to the control loop. */
    @Override
    public void accept(ClosedBatch batch) {
        handOver.accept(batch);
    }

    @Override
    public void refuse(ClosedBatch batch) {
        droppedFull.add(batch.records());
    }

    /** Takes a batch into the lane and gives it its number. */
    public void offer(ClosedBatch batch) {
        waiting.add(new Entry(++lastSequence, batch, batch.records()));
        recordsHeld.addAndGet(batch.records());
        if (closed) {
            close();
        }
        gate.unsent(waiting.size());
    }

    /** How many batches may be unacknowledged. */
    public void window(int batches) {
        window = batches;
    }

    /** The batch to send next, or null when there is none, the window is full or the lane pauses. It stays where it is. */
    public @Nullable Entry nextToSend(long now) {
        if (paused && now - pausedUntil >= 0) {
            paused = false;
        }
        return !paused && inFlight.size() < window ? waiting.peek() : null;
    }

    /** Gives nothing to send before {@code until}. */
    public void pauseUntil(long until) {
        paused = true;
        pausedUntil = until;
    }

    /** The batch that {@link #nextToSend} gave can never be sent: it is dropped, counted, and leaves a gap. */
    public void dropNext(String reason) {
        Entry next = waiting.remove();
        forget(next, counters.counter(dropName, reason));
        waiting.addFirst(new Entry(next.sequence(), null, next.records()));
    }

    /** {@link #nextToSend} was sent. */
    public void sent() {
        Entry entry = waiting.remove();
        inFlight.add(entry);
        sentSequence = Math.max(sentSequence, entry.sequence());
        gate.unsent(waiting.size());
    }

    /** The identity of a batch of this lane. */
    public StreamPosition position(long sequence) {
        return new StreamPosition(streamId, EPOCH, sequence);
    }

    /** The last batch known to be acknowledged. */
    public StreamPosition acked() {
        return position(ackedSequence);
    }

    /** Whether {@code position} is one of this lane's that was sent. */
    public boolean knows(StreamPosition position) {
        return position.streamId().equals(streamId)
                && position.epoch() == EPOCH
                && position.sequence() >= 0
                && position.sequence() <= sentSequence;
    }

    /**
     * All batches up to {@code sequence} are delivered. Late and repeated acknowledgements are without effect.
     *
     * @return whether any batch was delivered by it
     */
    public boolean ack(long sequence, long now) {
        boolean sent = ackFrom(inFlight, sequence);
        boolean unsent = ackFrom(waiting, sequence);
        boolean any = sent || unsent;
        if (any) {
            ackedSequence = Math.max(ackedSequence, sequence);
            gate.progress(now);
            gate.unsent(waiting.size());
            reachMilestones();
        }
        return any;
    }

    private boolean ackFrom(Deque<Entry> entries, long sequence) {
        boolean any = false;
        for (Entry head = entries.peek(); head != null && head.sequence() <= sequence; head = entries.peek()) {
            entries.remove();
            forget(head, delivered);
            any = true;
        }
        return any;
    }

    /**
     * A batch will never be taken: it is dropped and counted, and leaves a gap in its place until that is acknowledged. No
     * effect on one that is not in flight.
     */
    public void rejected(long sequence) {
        if (!isInFlight(sequence)) {
            return;
        }
        for (int left = inFlight.size(); left > 0; left--) {
            Entry entry = inFlight.remove();
            if (entry.sequence() == sequence) {
                forget(entry, droppedRejected);
                inFlight.add(new Entry(sequence, null, entry.records()));
            } else {
                inFlight.add(entry);
            }
        }
    }

    /** Whether a batch was sent and neither acknowledged nor taken back. */
    public boolean isInFlight(long sequence) {
        Entry first = inFlight.peek();
        return first != null
                && first.sequence() <= sequence
                && sequence <= inFlight.getLast().sequence();
    }

    private void forget(Entry entry, LongAdder counter) {
        ClosedBatch batch = entry.batch();
        if (batch != null) {
            counter.add(entry.records());
            recordsHeld.addAndGet(-entry.records());
            gate.release(batch.bytes());
        }
    }

    /** What was in flight is to be sent again, before all else and in order. */
    public void rewind() {
        while (!inFlight.isEmpty()) {
            waiting.addFirst(inFlight.removeLast());
        }
        gate.unsent(waiting.size());
    }

    /** Runs {@code reached} as soon as all that the lane holds now is delivered or dropped. */
    public void whenDelivered(Runnable reached) {
        milestones.add(new Milestone(lastSequence, reached));
        reachMilestones();
    }

    private void reachMilestones() {
        long oldestHeld = oldestHeld();
        for (Milestone first = milestones.peek();
                first != null && first.sequence() < oldestHeld;
                first = milestones.peek()) {
            milestones.remove().reached().run();
        }
    }

    private long oldestHeld() {
        Entry oldest = inFlight.isEmpty() ? waiting.peek() : inFlight.peek();
        return oldest == null ? Long.MAX_VALUE : oldest.sequence();
    }

    /** Drops all that is left, counted; what comes later goes the same way. */
    public void close() {
        closed = true;
        rewind();
        for (Entry entry = waiting.poll(); entry != null; entry = waiting.poll()) {
            forget(entry, droppedAtClose);
        }
        gate.unsent(0);
        reachMilestones();
    }

    /** What was published and never came here is dropped, counted: the agent has ended. */
    public void dropRest(long records) {
        droppedAtClose.add(records);
    }

    /** Records in the lane; any thread. */
    public long recordsHeld() {
        return recordsHeld.get();
    }

    /** Records dropped by the lane, by reason; any thread. */
    public SortedMap<String, Long> dropped() {
        return counters.byReason(dropName);
    }

    /** Records delivered; any thread. */
    public long delivered() {
        return delivered.sum();
    }
}
