package dev.outpost.agent.internal.base;

import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.YieldingWaitStrategy;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Messages into the control loop, from any thread: a bounded ring of commands.
 *
 * <p>Every kind of sender has a bound of its own (connections by what was requested, attempts by slots, batches by lane
 * bytes), so that the ring is rarely full; when it is, {@link #post} waits the microseconds that the loop needs, for the
 * loop never blocks. The loop itself posts when an SPI calls back before it returns; it would wait for itself, so what
 * finds the ring full goes to a list of its own.
 */
public final class Inbox {

    private static final long RETRY_NANOS = 50_000;
    private static final int COMMANDS_PER_CYCLE = 256;

    private final RingBuffer<Slot> ring;
    private final EventPoller<Slot> poller;
    private final IdleStrategy consumer;
    private final Queue<Runnable> ofTheLoop = new ArrayDeque<>();
    private int drained;
    private volatile @Nullable Thread loop;
    private volatile boolean closed;

    /**
     * An inbox.
     *
     * @param capacity a power of two
     * @param consumer woken for every message
     */
    public Inbox(int capacity, IdleStrategy consumer) {
        // The wait strategy is only for consumers that block in the ring; ours polls. This one signals nobody.
        this.ring = RingBuffer.createMultiProducer(Slot::new, capacity, new YieldingWaitStrategy());
        this.poller = ring.newPoller();
        ring.addGatingSequences(poller.getSequence());
        this.consumer = consumer;
    }

    /**
     * Hands over a command; waits while the ring is full.
     *
     * @return false when the inbox is closed and the command will not run
     */
    public boolean post(Runnable command) {
        while (!closed) {
            if (tryPost(command)) {
                return true;
            }
            if (Thread.currentThread() == loop) {
                ofTheLoop.add(command);
                return true;
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
        return false;
    }

    /** Hands over a command unless the ring is full or closed. */
    public boolean tryPost(Runnable command) {
        if (closed) {
            return false;
        }
        long sequence;
        try {
            sequence = ring.tryNext();
        } catch (InsufficientCapacityException e) {
            return false;
        }
        ring.get(sequence).command = command;
        ring.publish(sequence);
        // The loop sets "I park" and then looks at the ring; here it is the other way round. Without a fence both could
        // miss each other.
        VarHandle.fullFence();
        consumer.wake();
        return true;
    }

    /** Runs what is there, up to a limit; for the loop only. */
    public int drain() {
        drained = 0;
        loop = Thread.currentThread();
        try {
            poller.poll(this::onSlot);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("a command threw a checked exception", e);
        }
        for (int left = ofTheLoop.size(); left > 0; left--) {
            drained++;
            ofTheLoop.remove().run();
        }
        return drained;
    }

    private boolean onSlot(Slot slot, long sequence, boolean endOfBatch) {
        Runnable command = slot.command;
        slot.command = null;
        drained++;
        if (command != null) {
            command.run();
        }
        return drained < COMMANDS_PER_CYCLE;
    }

    /** Whether commands wait; for the loop only. */
    public boolean isEmpty() {
        return ofTheLoop.isEmpty() && poller.getSequence().get() >= ring.getCursor();
    }

    /** Takes no further commands. */
    public void close() {
        closed = true;
    }

    private static final class Slot {
        private @Nullable Runnable command;
    }
}
