package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.HeartbeatAck;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is known of an agent: its heartbeats, and whether it is there. */
@Timeout(60)
class AgentInfoTest {

    private final CenterBench bench = new CenterBench();

    @BeforeEach
    void start() throws Exception {
        bench.start();
    }

    @AfterEach
    void closeCenter() {
        bench.close();
    }

    @Test
    void heartbeat_isShownAsItCame() throws Exception {
        Heartbeat heartbeat = heartbeat(List.of("disk"));
        assertThat(shownAfter(heartbeat)).isEqualTo(heartbeat);
        assertThat(shownAfter(heartbeat).recordsSpooled()).isEqualTo(2);
    }

    @Test
    void heartbeat_reasonsTooManyAndTooLong_areCut() throws Exception {
        Heartbeat shown = shownAfter(heartbeat(Collections.nCopies(1_000, "🙂".repeat(1_000))));
        assertThat(shown.degradedReasons()).hasSize(64).allMatch(reason -> reason.equals("🙂".repeat(128)));
        assertThat(bench.counters()).containsEntry("heartbeats.cut", 1L);
    }

    @Test
    void connection_givenUpThatDoesNotEnd_isALossAtOnce() throws Exception {
        HandDrivenAgent agent = bench.connect().lingering().join("a-1");
        agent.hello("a-1"); // nobody may say that twice
        Await.until(
                "lost",
                () -> bench.center
                        .agent("a-1")
                        .map(AgentInfo::connection)
                        .equals(Optional.of(AgentInfo.Connection.LOST)));
        assertThat(agent.isClosed()).isFalse();
    }

    private Heartbeat shownAfter(Heartbeat heartbeat) throws Exception {
        HandDrivenAgent agent = bench.connect().join("a-1");
        agent.send(heartbeat);
        agent.await(HeartbeatAck.class);
        agent.awaitTurn();
        return bench.center.agent("a-1").orElseThrow().heartbeat();
    }

    private static Heartbeat heartbeat(List<String> reasons) {
        return new Heartbeat(
                Heartbeat.Condition.DEGRADED, reasons, Heartbeat.HostFigures.NONE, Duration.ZERO, 1, 2, 3, 4, 5);
    }
}
