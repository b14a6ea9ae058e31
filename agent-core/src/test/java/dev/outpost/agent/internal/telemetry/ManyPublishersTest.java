package dev.outpost.agent.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.fixture.NoWaiting;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.SystemClock;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.protocol.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads that wait for room in a small ring: none of their records is lost, as asynchronous loggers have been seen to do. */
@Timeout(60)
class ManyPublishersTest {

    private static final int SLOTS = 64;
    private static final int RECORDS = 64_000;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 64})
    void publish_fullRingAndPatientPolicy_deliversEveryRecord(int threads) throws InterruptedException {
        TelemetryRing ring = new TelemetryRing(SLOTS, new NoWaiting());
        SignalStats stats = new SignalStats("logs", ring::claimed, new Counters());
        LogPublisher logs = new LogPublisher(
                ring,
                stats,
                new ManualClock(), // it stands still: a busy machine must not make anybody run out of patience
                OverflowPolicy.blockFor(OverflowPolicy.LONGEST_WAIT),
                10_000,
                () -> true,
                future -> new DurableRecord(future, 1, Runnable::run));
        FakeOutlet lane = new FakeOutlet(1L << 30);
        TelemetryLoop loop = new TelemetryLoop(new SystemClock(), new NoWaiting());
        loop.add(Signal.LOGS, ring, new BatchLimits(1_000, 1 << 18, 1), List.of(lane));
        AtomicLong taken = new AtomicLong();
        AtomicInteger running = new AtomicInteger(threads);
        List<Thread> publishers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread publisher = new Thread(() -> {
                for (int record = 0; record < RECORDS / threads; record++) {
                    taken.addAndGet(logs.publish(Severity.WARN, "record " + record) ? 1 : 0);
                }
                running.decrementAndGet();
            });
            publishers.add(publisher);
            publisher.start();
        }

        while (running.get() > 0 || loop.doWork() > 0) {
            loop.doWork();
        }
        for (Thread publisher : publishers) {
            publisher.join();
        }
        while (lane.heldRecords() < taken.get()) {
            loop.doWork();
        }

        assertThat(taken.get()).isEqualTo(RECORDS);
        assertThat(lane.heldRecords()).isEqualTo(RECORDS);
        assertThat(stats.dropped().values()).containsOnly(0L);
    }
}
