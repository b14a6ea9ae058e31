package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.CloseReason.Next;
import dev.outpost.center.Authenticator.Verdict;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rights that are withdrawn while a session stands. */
@Timeout(60)
class ReauthenticationTest {

    private final HandDrivenEndpoint endpoint = new HandDrivenEndpoint();
    private final Map<String, Verdict> verdicts = new ConcurrentHashMap<>();
    private volatile boolean broken;
    private ControlCenter center;

    @BeforeEach
    void start() throws Exception {
        center = ControlCenter.builder()
                .endpoint(endpoint)
                .authenticator((hello, peer) -> {
                    if (broken) {
                        throw new IllegalStateException("the directory is away");
                    }
                    return verdicts.getOrDefault(hello.agentId(), Verdict.admitted());
                })
                .build();
        center.start();
    }

    @AfterEach
    void close() {
        center.close();
    }

    @Test
    void reauthenticate_agentMayNotComeInAnyMore_isToldWhyAndTheOthersStay() throws Exception {
        HandDrivenAgent bad = endpoint.connect().join("bad");
        HandDrivenAgent good = endpoint.connect().join("good");
        verdicts.put("bad", Verdict.forbidden("it was stolen"));
        bad.send(new Ping());
        bad.await(Pong.class); // nobody has looked again
        center.reauthenticate();
        Refusal refusal = bad.await(Refusal.class);
        assertThat(refusal.code()).isEqualTo(Refusal.Code.PERMISSION_DENIED);
        assertThat(refusal.detail()).isEqualTo("it was stolen");
        CloseReason closed = bad.awaitClosed();
        assertThat(closed.fault()).isEqualTo(Fault.PERMISSION_DENIED);
        assertThat(closed.next()).isEqualTo(Next.RETRY_RARELY);
        awaitReviews(1);
        good.send(new Ping());
        good.await(Pong.class);
        assertThat(center.counters()).containsEntry("connections.untrusted", 1L);
        assertThat(center.agent("bad").orElseThrow().connection()).isEqualTo(AgentInfo.Connection.LOST);
        assertThat(center.agent("good").orElseThrow().connection()).isEqualTo(AgentInfo.Connection.CONNECTED);
    }

    @Test
    void reauthenticate_authenticatorFails_allStay() throws Exception {
        HandDrivenAgent agent = endpoint.connect().join("a-1");
        broken = true;
        center.reauthenticate();
        awaitReviews(1);
        agent.send(new Ping());
        agent.await(Pong.class);
        assertThat(center.counters())
                .containsEntry("user.failures{authenticator}", 1L)
                .doesNotContainKey("connections.untrusted");
    }

    @Test
    void trustChanges_certificateIsNotTrusted_endsTheSessionWithoutAskingTheAuthenticator() throws Exception {
        HandDrivenAgent agent = endpoint.connect().join("a-1");
        broken = true;
        endpoint.trustChanges("the certificate is not trusted any more");
        Refusal refusal = agent.await(Refusal.class);
        assertThat(refusal.code()).isEqualTo(Refusal.Code.UNAUTHENTICATED);
        assertThat(refusal.detail()).isEqualTo("the certificate is not trusted any more");
        assertThat(agent.awaitClosed().fault()).isEqualTo(Fault.UNAUTHENTICATED);
        assertThat(center.counters()).doesNotContainKey("user.failures{authenticator}");
    }

    @Test
    void trustChanges_betweenHandshakeAndHello_isSeenAtTheHello() throws Exception {
        HandDrivenAgent agent = endpoint.connect();
        endpoint.trustChanges("not any more");
        awaitReviews(1);
        assertThat(agent.hello("a-1").await(Refusal.class).detail()).isEqualTo("not any more");
        assertThat(center.agent("a-1")).isEmpty();
    }

    private void awaitReviews(long count) {
        Await.until("reviewed", () -> center.counters().getOrDefault("reviews.done", 0L) == count);
    }
}
