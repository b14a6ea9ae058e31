package dev.outpost.agent.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.fixture.Batches;
import dev.outpost.agent.internal.spool.FaultyFiles;
import dev.outpost.agent.internal.telemetry.LaneGate;
import dev.outpost.agent.spool.LaneOverflow;
import dev.outpost.agent.spool.Spool;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChainSpoolTest {

    private static final Spool SETTINGS = Spool.in(Path.of("/var/spool/agent")).keepFreeBytes(0);
    private static final int LANE_BYTES = 1_000;

    private final LaneBench bench = new LaneBench(8, LANE_BYTES, SETTINGS, new FaultyFiles());
    private final SpoolClient client = Objects.requireNonNull(bench.spool);
    private final LaneGate gate = new LaneGate(LANE_BYTES, LaneOverflow.spill());
    private final ChainSpool spool = new ChainSpool(bench.lane, gate, bench.timers, bench.clock);
    private final Run run = new Run(spool, bench.lane.account(), gate);

    @BeforeEach
    void offerBatch() {
        spool.use(client);
        bench.settle();
        client.startRun(bench.chain.place(), started -> run.identify(Objects.requireNonNull(started)));
        bench.settle();
        run.offer(Batches.of(1, ByteBuffer.allocate(100), bench.clock.nanoTime()));
    }

    private boolean isWritten() {
        return run.inSpool().isIssued(1);
    }

    @Test
    void spillIfNeeded_batchCameJustNow_isKeptInMemory() {
        bench.clock.advance(SETTINGS.spillAfter().minusNanos(1));

        spool.spillIfNeeded(run, run);

        assertThat(isWritten()).isFalse();
    }

    @Test
    void spillIfNeeded_batchHasWaitedForTooLong_isWritten() {
        bench.clock.advance(SETTINGS.spillAfter());

        spool.spillIfNeeded(run, run);

        assertThat(isWritten()).isTrue();
    }

    @Test
    void spillIfNeeded_notTheLiveRun_isWritten() {
        Run live = new Run(spool, bench.lane.account(), gate);

        spool.spillIfNeeded(run, live);

        assertThat(isWritten()).isTrue();
    }

    @Test
    void spillIfNeeded_spoolClosed_isKeptInMemory() {
        bench.clock.advance(Duration.ofHours(1));
        client.close();

        spool.spillIfNeeded(run, run);

        assertThat(isWritten()).isFalse();
        assertThat(spool.hasFailed()).isTrue();
    }

    @Test
    void onOffered_destinationThereAndRoomLeft_waits() {
        spool.onOffered(run);
        assertThat(isWritten()).isFalse();

        spool.onDisconnected();
        spool.onConnected();
        spool.onOffered(run);

        assertThat(isWritten()).isFalse();
    }

    @Test
    void onOffered_destinationAway_isWritten() {
        spool.onDisconnected();

        spool.onOffered(run);

        assertThat(isWritten()).isTrue();
    }

    @Test
    void onOffered_memoryRunsFull_isWritten() {
        gate.take(LANE_BYTES / 2 + 1);

        spool.onOffered(run);

        assertThat(isWritten()).isTrue();
    }

    @Test
    void use_none_writesNothing() {
        spool.use(null);

        assertThat(spool.isPresent()).isFalse();
        assertThat(spool.canWrite()).isFalse();
        assertThat(spool.hasFailed()).isFalse();
        assertThat(spool.writesAhead()).isFalse();
        assertThatThrownBy(spool::client).isInstanceOf(IllegalStateException.class);
    }
}
