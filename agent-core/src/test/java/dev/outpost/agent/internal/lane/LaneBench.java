package dev.outpost.agent.internal.lane;

import dev.outpost.agent.fixture.Batches;
import dev.outpost.agent.fixture.Lanes;
import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.fixture.NoWaiting;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.DiskQueue;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.spool.SpoolFiles;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.internal.telemetry.Promise;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.spool.Spool;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A lane of one chain, with or without a spool, on a clock and a disk that a test turns by hand. */
final class LaneBench {

    static final int RECORDS = 10;

    final ManualClock clock = new ManualClock();
    final Timers timers = new Timers();
    final Inbox inbox = new Inbox(1024, new NoWaiting());
    final Counters counters = new Counters();
    final Lane lane;
    final Chain chain;
    final HandDisk disk = new HandDisk();
    final @Nullable SpoolClient spool;
    private int bodies;

    /** A lane in memory. */
    LaneBench(int window) {
        this(window, 1 << 20, null, null);
    }

    /** A lane with a spool, which is opened by the next {@link #settle}. */
    LaneBench(int window, long maxBytes, @Nullable Spool settings, @Nullable SpoolFiles files) {
        lane = Lanes.make("logs", Signal.LOGS, maxBytes, window, timers, clock, counters);
        chain = lane.chains().get(0);
        if (settings == null || files == null) {
            spool = null;
        } else {
            spool = new SpoolClient(
                    settings,
                    lane.chains(),
                    files,
                    disk,
                    timers,
                    inbox,
                    clock,
                    new SplittableRandom(7),
                    new ThrottledLog(clock),
                    counters);
        }
        lane.spool(spool);
        if (spool != null) {
            spool.open();
        }
    }

    /** The disk thread, whose work is done when the test says so. */
    static final class HandDisk implements DiskQueue {
        private final Queue<Runnable> waiting = new ArrayDeque<>();

        @Override
        public boolean execute(Runnable action) {
            return waiting.add(action);
        }

        @Override
        public void close() {
            // nothing ends here
        }

        boolean step() {
            Runnable next = waiting.poll();
            if (next != null) {
                next.run();
            }
            return next != null;
        }

        int size() {
            return waiting.size();
        }

        void forgetAll() {
            waiting.clear();
        }
    }

    /** Lets loop and disk do what there is to do now. */
    void settle() {
        boolean busy = true;
        while (busy) {
            busy = turn();
            while (disk.step()) {
                busy = true;
            }
        }
    }

    /** One turn of the control loop. */
    boolean turn() {
        return inbox.drain() + timers.fire(clock.nanoTime()) > 0;
    }

    void advance(Duration time) {
        clock.advance(time);
        lane.check();
        settle();
    }

    /** Offers a batch whose body is its number. */
    int offer(Promise... promises) {
        return offerLarge(100, promises);
    }

    int offerLarge(int bytes, Promise... promises) {
        ByteBuffer body = ByteBuffer.allocate(bytes).putInt(0, ++bodies);
        ClosedBatch batch = Batches.of(RECORDS, body, clock.nanoTime(), promises);
        lane.gate().take(batch.bytes());
        lane.offer(batch);
        return bodies;
    }

    void offer(int batches) {
        for (int i = 0; i < batches; i++) {
            offer();
        }
    }

    static int numberOf(Chain.Offer offer) {
        ClosedBatch batch = offer.entry().batch();
        return batch == null ? -1 : batch.body().getInt(batch.body().position());
    }

    /** Sends what may be sent, and gives the numbers of the bodies; -1 for a gap. */
    List<Integer> sendAll() {
        List<Integer> sent = new ArrayList<>();
        settle();
        for (Chain.Offer next = nextAfterReading(); next != null; next = nextAfterReading()) {
            sent.add(numberOf(next));
            chain.sent(next);
        }
        return sent;
    }

    Chain.@Nullable Offer nextAfterReading() {
        Chain.Offer next = chain.next();
        if (next == null) {
            settle();
            next = chain.next();
        }
        return next;
    }

    /** Sends and acknowledges until nothing is left, and gives the numbers of the bodies in order. */
    List<Integer> deliverAll() {
        List<Integer> delivered = new ArrayList<>();
        settle();
        for (Chain.Offer next = nextAfterReading(); next != null; next = nextAfterReading()) {
            delivered.add(numberOf(next));
            chain.sent(next);
            chain.ack(next.run().position(next.entry().through()));
        }
        settle();
        return delivered;
    }

    long dropped(String reason) {
        return lane.account().dropped().getOrDefault(reason, 0L);
    }

    long droppedTotal() {
        return lane.account().dropped().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }
}
