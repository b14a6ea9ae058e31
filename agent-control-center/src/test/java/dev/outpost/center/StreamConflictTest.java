package dev.outpost.center;

import static dev.outpost.center.Positions.at;
import static dev.outpost.center.Positions.logs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.StreamOpen;
import dev.outpost.center.AgentInfo.Connection;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two live instances with the same spool: a machine was cloned. */
@Timeout(60)
class StreamConflictTest {

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
    void hello_epochOfAnotherLiveAgent_isRefusedAndTheFirstGoesOn() throws Exception {
        HandDrivenAgent original = bench.connect().join("a-1", "run-1", at(0));
        HandDrivenAgent copy = bench.connect().hello("a-2", "run-2", at(0));
        assertThat(copy.await(Refusal.class).code()).isEqualTo(Refusal.Code.STREAM_CONFLICT);
        assertThat(copy.awaitClosed().detail()).contains("STREAM_CONFLICT", "epoch 1", "hand-driven");
        original.send(logs(at(1)));
        assertThat(original.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
        assertThat(bench.center.agent("a-2")).isEmpty();
        assertThat(bench.counters()).containsEntry("agents.refused{STREAM_CONFLICT}", 1L);
    }

    @Test
    void hello_epochOfAnotherLiveInstanceOfTheSameAgent_isRefused() throws Exception {
        HandDrivenAgent original = bench.connect().join("a-1", "run-1", at(0));
        HandDrivenAgent copy = bench.connect().hello("a-1", "run-2", at(0));
        assertThat(copy.await(Refusal.class).code()).isEqualTo(Refusal.Code.STREAM_CONFLICT);
        original.send(logs(at(1)));
        assertThat(original.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
    }

    @Test
    void hello_oneConflictAmongSeveral_leavesTheOthersFree() throws Exception {
        bench.connect().join("a-1", "run-1", at(2, 0));
        HandDrivenAgent copy = bench.connect().hello("a-2", "run-2", at(1, 0), at(2, 0));
        assertThat(copy.await(Refusal.class).code()).isEqualTo(Refusal.Code.STREAM_CONFLICT);
        copy.awaitClosed();
        HandDrivenAgent other = bench.connect().join("a-3", "run-3", at(1, 0));
        other.send(logs(at(1, 1)));
        assertThat(other.await(BatchAck.class)).isEqualTo(new BatchAck(at(1, 1)));
    }

    @Test
    void hello_sameInstanceAgain_takesOver() throws Exception {
        HandDrivenAgent first = bench.connect().join("a-1", "run-1", at(0));
        HandDrivenAgent second = bench.connect().join("a-1", "run-1", at(0));
        assertThat(first.awaitClosed().detail()).contains("took over");
        second.send(logs(at(1)));
        assertThat(second.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
    }

    @Test
    void hello_sameInstanceAgain_whatStillComesOnTheFirstIsNoViolation() throws Exception {
        HandDrivenAgent first = bench.connect().lingering().join("a-1", "run-1", at(0));
        HandDrivenAgent second = bench.connect().join("a-1", "run-1", at(0));
        first.send(logs(at(1)));
        first.awaitTurn();
        second.send(logs(at(1)));
        assertThat(second.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
        assertThat(bench.telemetry.handled).hasSize(1);
        assertThat(bench.counters()).containsEntry("batches.superseded", 1L).doesNotContainKey("protocol.violations");
    }

    @Test
    void hello_sameInstanceAsAnotherAgent_endsTheFirstWhenItSends() throws Exception {
        HandDrivenAgent first = bench.connect().join("a-1", "run-1", at(0));
        bench.connect().join("a-2", "run-1", at(0));
        first.send(logs(at(1)));
        assertThat(first.awaitClosed().detail()).contains("is sent on another connection");
    }

    @Test
    void hello_newRunWithAnEpochOfItsOwn_takesOverAndMayOpenTheOldOne() throws Exception {
        HandDrivenAgent first = bench.connect().join("a-1", "run-1", at(1, 0));
        HandDrivenAgent second = bench.connect().join("a-1", "run-2", at(2, 0));
        first.awaitClosed();
        second.send(new StreamOpen(at(1, 0)));
        assertThat(second.await(BatchAck.class)).isEqualTo(new BatchAck(at(1, 0)));
        assertThat(bench.center.agent("a-1").map(AgentInfo::connection)).contains(Connection.CONNECTED);
    }

    @Test
    void hello_epochOfAConnectionThatIsGone_isLetInThoughItsBatchIsAtTheHandler() throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        bench.telemetry.answers.add(batch -> done);
        HandDrivenAgent first = bench.connect().join("a-1", "run-1", at(0));
        first.send(logs(at(1)));
        Await.until("at the handler", () -> bench.telemetry.handled.size() == 1);
        first.vanish();
        first.awaitClosed();
        HandDrivenAgent second = bench.connect().join("a-1", "run-2", at(0));
        done.complete(null);
        assertThat(second.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
    }

    @Test
    void open_epochOfAnotherLiveAgent_isRefusedAndTheFirstGoesOn() throws Exception {
        HandDrivenAgent original = bench.connect().join("a-1", "run-1", at(1, 0));
        HandDrivenAgent copy = bench.connect().join("a-2", "run-2", at(2, 0));
        copy.send(new StreamOpen(at(1, 0)));
        assertThat(copy.await(Refusal.class).code()).isEqualTo(Refusal.Code.STREAM_CONFLICT);
        copy.awaitClosed();
        original.send(logs(at(1, 1)));
        assertThat(original.await(BatchAck.class)).isEqualTo(new BatchAck(at(1, 1)));
    }
}
