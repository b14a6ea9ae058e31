package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.request.RequestException;
import dev.outpost.agent.request.RequestException.Reason;
import dev.outpost.agent.testkit.InMemoryNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests of the application's own between a real agent and a real control center. */
@Timeout(60)
class RequestTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final InMemoryNetwork network = new InMemoryNetwork();
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch asked = new CountDownLatch(1);
    private ControlCenter center;
    private Agent agent;

    @BeforeEach
    void start() throws Exception {
        center = ControlCenter.builder()
                .endpoint(network.newServer())
                .authenticator(Authenticator.everybody())
                .on("config.get", (info, request) -> Body.json("{\"for\":\"" + info.id() + "\"}"))
                .on("hang", (info, request) -> {
                    asked.countDown();
                    release.await();
                    return Body.empty();
                })
                .build();
        center.start();
        agent = Agent.builder()
                .id("a-1")
                .transport(network.newTransport())
                .on(
                        "inventory.scan",
                        request -> Body.text("scanned " + request.body().asText()))
                .on("disk.check", request -> {
                    throw new RequestException(
                            Reason.INVALID, "there is no disk " + request.body().asText());
                })
                .on("hang", request -> {
                    asked.countDown();
                    release.await();
                    return Body.empty();
                })
                .build();
        agent.start();
        Await.until("the agent is in", () -> agent.state() == AgentState.ONLINE);
    }

    @AfterEach
    void close() {
        release.countDown();
        agent.close();
        center.close();
    }

    private static Reason reasonOf(CompletableFuture<Body> answer) throws Exception {
        try {
            throw new AssertionError("answered: " + answer.get(20, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return ((RequestException) e.getCause()).reason();
        }
    }

    @Test
    void request_ofTheAgent_isAnsweredByTheCenter() throws Exception {
        Body answer = agent.request("config.get", Body.empty(), LONG).get(20, TimeUnit.SECONDS);

        assertThat(answer.asText()).isEqualTo("{\"for\":\"a-1\"}");
        assertThat(answer.contentType()).isEqualTo("application/json");
    }

    @Test
    void request_ofTheCenter_isAnsweredByTheAgent() throws Exception {
        Body answer =
                center.request("a-1", "inventory.scan", Body.text("/dev"), LONG).get(20, TimeUnit.SECONDS);

        assertThat(answer.asText()).isEqualTo("scanned /dev");
    }

    @Test
    void request_nobodyHandlesIt_failsWithThatReasonInBothDirections() throws Exception {
        assertThat(reasonOf(agent.request("other", Body.empty(), LONG))).isEqualTo(Reason.UNIMPLEMENTED);
        assertThat(reasonOf(center.request("a-1", "other", Body.empty(), LONG))).isEqualTo(Reason.UNIMPLEMENTED);
    }

    @Test
    void request_handlerRefuses_givesItsReasonAndMessage() {
        assertThatThrownBy(() -> center.request("a-1", "disk.check", Body.text("sdz"), LONG)
                        .get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(RequestException.class)
                .hasMessageContaining("there is no disk sdz");
    }

    @Test
    void request_notAnswered_failsWhenItsTimeIsOver() throws Exception {
        assertThat(reasonOf(agent.request("hang", Body.empty(), Duration.ofMillis(50))))
                .isEqualTo(Reason.TIMED_OUT);
        assertThat(reasonOf(center.request("a-1", "hang", Body.empty(), Duration.ofMillis(50))))
                .isEqualTo(Reason.TIMED_OUT);
    }

    @Test
    void request_agentGoesMeanwhile_failsAsLostAndThenAsUnavailable() throws Exception {
        CompletableFuture<Body> answer = center.request("a-1", "hang", Body.empty(), LONG);
        asked.await();
        agent.close();

        assertThat(reasonOf(answer)).isEqualTo(Reason.LOST);
        assertThat(reasonOf(center.request("a-1", "hang", Body.empty(), LONG))).isEqualTo(Reason.UNAVAILABLE);
        assertThat(reasonOf(agent.request("config.get", Body.empty(), LONG))).isEqualTo(Reason.UNAVAILABLE);
    }

    @Test
    void request_moreThanAreTaken_areRefusedAsBusyAndTheOthersGoOn() throws Exception {
        List<CompletableFuture<Body>> hanging = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            hanging.add(agent.request("hang", Body.empty(), LONG));
        }
        int busy = 0;
        for (CompletableFuture<Body> each : hanging.subList(16, 40)) {
            busy += reasonOf(each) == Reason.BUSY ? 1 : 0;
        }
        assertThat(busy).isEqualTo(24);
        release.countDown();
        for (CompletableFuture<Body> each : hanging.subList(0, 16)) {
            assertThat(each.get(20, TimeUnit.SECONDS)).isEqualTo(Body.empty());
        }
    }

    @Test
    void request_argumentsOutOfRange_areRefusedAtTheCall() {
        Body large = Body.of(new byte[Body.MAX_BYTES + 1]);
        assertThatThrownBy(() -> agent.request("", Body.empty(), LONG)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> agent.request("t", large, LONG))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1048577")
                .hasMessageContaining("1048576");
        assertThatThrownBy(() -> center.request("a-1", "t", Body.empty(), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> center.request("nobody", "t", Body.empty(), LONG))
                .isInstanceOf(CenterException.class);
    }
}
