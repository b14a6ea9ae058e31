package dev.outpost.agent.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.fixture.Lanes;
import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.fixture.NoWaiting;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.lane.Chain;
import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.internal.telemetry.BatchLimits;
import dev.outpost.agent.internal.telemetry.DurableRecord;
import dev.outpost.agent.internal.telemetry.LogPublisher;
import dev.outpost.agent.internal.telemetry.SignalStats;
import dev.outpost.agent.internal.telemetry.TelemetryLoop;
import dev.outpost.agent.internal.telemetry.TelemetryRing;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.protocol.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The account of a lane, with counters named as the agent names them. */
class AccountTest {

    private static final int RING_SLOTS = 64;

    private final Counters counters = new Counters();
    private final ManualClock clock = new ManualClock();
    private final Lane lane = Lanes.inMemory("logs", Signal.LOGS, 1 << 20, 8, new Timers(), clock, counters);
    private final TelemetryRing ring = new TelemetryRing(RING_SLOTS, new NoWaiting());
    private final SignalStats stats = new SignalStats("logs", ring::claimed, counters);
    private final LogPublisher logs = new LogPublisher(
            ring,
            stats,
            clock,
            OverflowPolicy.dropNewest(),
            10_000,
            () -> true,
            future -> new DurableRecord(future, 1, Runnable::run));
    private final TelemetryLoop loop = new TelemetryLoop(clock, new NoWaiting());

    @Test
    void of_dropsBeforeAndInTheLane_countsEachOnce() {
        loop.add(Signal.LOGS, ring, new BatchLimits(8, 100_000, 1), List.of(lane));
        for (int i = 0; i < RING_SLOTS + 5; i++) {
            logs.publish(LogRecord.of(Severity.WARN, "r" + i, Attributes.empty()));
        }
        turn(); // a batch of eight; behind one that waits to be sent the next may grow
        clock.advance(Duration.ofSeconds(1));
        turn();
        logs.publish(LogRecord.of(Severity.INFO, "in memory", Attributes.empty()));
        Chain chain = lane.chains().get(0);
        Chain.Offer first = Objects.requireNonNull(chain.next());
        chain.sent(first);
        chain.ack(first.run().position(1));
        Chain.Offer second = Objects.requireNonNull(chain.next());
        chain.sent(second);
        chain.rejected(second.run().position(2), "rejected");

        assertThat(Account.of(lane, stats))
                .isEqualTo(new LaneSnapshot(
                        "logs", RING_SLOTS + 6, 0, 8, 0, 1, Map.of("ring_full", 5L, "rejected", RING_SLOTS - 8L)));
    }

    private void turn() {
        while (loop.doWork() > 0) {
            // goes on
        }
    }
}
