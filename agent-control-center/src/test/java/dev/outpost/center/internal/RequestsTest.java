package dev.outpost.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.request.RequestException;
import dev.outpost.agent.request.RequestException.Reason;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.center.store.AgentRecord;
import dev.outpost.center.store.AgentStore;
import dev.outpost.center.store.TaskStore;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RequestsTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final Workers workers = new Workers(1);
    private final AgentDesk desk = new AgentDesk(Map.of(), 1, workers);
    private final AgentEntry agent = new AgentEntry(
            new AgentRecord("a-1", "", "", Map.of(), List.of(), "", Instant.EPOCH, null),
            new CenterParts(
                    Clock.systemUTC(),
                    workers,
                    new Listeners(List.of(), workers),
                    TaskStore.inMemory(),
                    AgentStore.inMemory(),
                    new Expiries(),
                    new MessageRoom(4 << 20)));
    private final Outbound outbound = new Outbound(new FullConnection(), Clock.systemUTC());
    private final Requests requests = new Requests(outbound, desk, workers);

    @AfterEach
    void close() {
        desk.close();
        workers.close();
    }

    private CompletableFuture<Body> ask() {
        return requests.ask(agent, "any", Body.empty(), LONG);
    }

    private void take(int times) {
        for (int i = 0; i < times; i++) {
            requests.take(agent, i, new Request("any", "", ByteBuffer.allocate(0), LONG, null));
        }
    }

    private static Reason reasonOf(CompletableFuture<Body> answer) throws Exception {
        try {
            throw new AssertionError("answered: " + answer.get(20, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return ((RequestException) e.getCause()).reason();
        }
    }

    @Test
    void ask_afterTheEnd_isUnavailable() throws Exception {
        requests.close();
        assertThat(reasonOf(ask())).isEqualTo(Reason.UNAVAILABLE);
    }

    @Test
    void close_someAreNotAnswered_areLostAndNoMoreAreAsked() throws Exception {
        CompletableFuture<Body> open = ask();
        requests.close();
        assertThat(reasonOf(open)).isEqualTo(Reason.LOST);
        assertThat(reasonOf(ask())).isEqualTo(Reason.UNAVAILABLE);
    }

    @Test
    void answered_nobodyWaits_isCounted() throws Exception {
        Response answer = new Response(Response.Status.OK, "", ByteBuffer.allocate(0), "");
        requests.answered(1, answer);
        CompletableFuture<Body> open = ask();
        requests.answered(1, answer);
        requests.answered(1, answer);
        assertThat(open.get(20, TimeUnit.SECONDS)).isEqualTo(Body.empty());
        assertThat(workers.snapshot()).containsEntry("protocol.ignored{late_response}", 2L);
    }

    @Test
    void rejected_requestOrNone_failsThatOne() throws Exception {
        requests.rejected(1, "no such thing");
        CompletableFuture<Body> open = ask();
        requests.rejected(1, "no such thing");
        assertThat(reasonOf(open)).isEqualTo(Reason.INVALID);
    }

    @Test
    void take_answersAreGivenAtOnce_areNotInHand() {
        take(20);
        assertThat(workers.snapshot())
                .containsEntry("requests.in{unimplemented}", 20L)
                .doesNotContainKey("requests.in{busy}");
    }

    @Test
    void take_agentDoesNotTakeItsAnswers_isBusy() {
        outbound.send(new Response(Response.Status.OK, "", ByteBuffer.allocate(4 << 20), ""), 1);
        take(1);
        outbound.send(new Response(Response.Status.OK, "", ByteBuffer.allocate(1), ""), 2);
        take(1);
        assertThat(workers.snapshot())
                .containsEntry("requests.in{unimplemented}", 1L)
                .containsEntry("requests.in{busy}", 1L);
    }

    /** Takes nothing. */
    private static final class FullConnection implements Connection<CenterMessage> {

        @Override
        public boolean trySend(Envelope<CenterMessage> message) {
            return false;
        }

        @Override
        public void request(int count) {}

        @Override
        public void close(CloseReason reason) {}
    }
}
