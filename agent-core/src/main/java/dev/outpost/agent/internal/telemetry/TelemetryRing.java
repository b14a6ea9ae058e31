package dev.outpost.agent.internal.telemetry;

import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.YieldingWaitStrategy;
import dev.outpost.agent.internal.base.IdleStrategy;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bounded hand-off from publishing threads to the telemetry loop.
 *
 * <p>Only {@code tryNext}, {@code publish} and a poller are used of the Disruptor. Records larger than usual are held
 * against a byte budget, so that slots times the largest record is not what the ring may take.
 */
public final class TelemetryRing {

    /** Claim answer: no slot is free. */
    public static final long FULL = -1;
    /** Claim answer: the large records in the ring have used up their bytes. */
    public static final long NO_BYTES = -2;

    private static final long LARGE_RECORD_BYTES = 8L << 20;

    private final RingBuffer<RecordSlot> ring;
    private final EventPoller<RecordSlot> poller;
    private final int bulkSlots;
    private final IdleStrategy consumer;
    private final AtomicLong largeBytes = new AtomicLong();

    /**
     * A ring.
     *
     * @param slots a power of two
     * @param consumer told that there is work
     */
    public TelemetryRing(int slots, IdleStrategy consumer) {
        // The wait strategy is only for consumers that block in the ring; ours polls. This one signals nobody.
        this.ring = RingBuffer.createMultiProducer(RecordSlot::new, slots, new YieldingWaitStrategy());
        this.poller = ring.newPoller();
        ring.addGatingSequences(poller.getSequence());
        this.bulkSlots = slots - slots / 8;
        this.consumer = consumer;
    }

    /** Claims a slot for {@code size} bytes, unless less than an eighth of the ring is free: that is left to what matters. */
    public long tryClaimBulk(int size) {
        return ring.getCursor() - poller.getSequence().get() >= bulkSlots ? FULL : tryClaim(size);
    }

    /** Claims a slot for {@code size} bytes: its sequence, or {@link #FULL} or {@link #NO_BYTES}. */
    public long tryClaim(int size) {
        boolean large = size > RecordSlot.USUAL_BYTES;
        if (large && largeBytes.addAndGet(size) > LARGE_RECORD_BYTES) {
            largeBytes.addAndGet(-size);
            return NO_BYTES;
        }
        try {
            long sequence = ring.tryNext();
            ring.get(sequence).reserve(large ? size : 0);
            return sequence;
        } catch (InsufficientCapacityException e) {
            if (large) {
                largeBytes.addAndGet(-size);
            }
            return FULL;
        }
    }

    /** The slot claimed as {@code sequence}. */
    public RecordSlot slot(long sequence) {
        return ring.get(sequence);
    }

    /** Hands the slot over; must follow every claim, whatever happened in between. */
    public void publish(long sequence) {
        ring.publish(sequence);
        consumer.wake();
    }

    /** Passes filled slots to {@code handler} until it has enough; telemetry loop only. */
    void poll(EventPoller.Handler<RecordSlot> handler) throws Exception {
        poller.poll(handler);
    }

    /** Gives back what a slot took of the budget, and clears it. */
    void release(RecordSlot slot) {
        int reserved = slot.reserved();
        if (reserved > 0) {
            largeBytes.addAndGet(-reserved);
        }
        slot.clear();
    }

    /** The newest claimed sequence. */
    long cursor() {
        return ring.getCursor();
    }

    /** The newest consumed sequence. */
    long consumed() {
        return poller.getSequence().get();
    }

    /** Slots claimed since the start. */
    public long claimed() {
        return ring.getCursor() + 1;
    }

    /** Slots claimed and not consumed. */
    public long depth() {
        return Math.max(0, ring.getCursor() - poller.getSequence().get());
    }
}
