package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.Credentials;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.grpc.GrpcTransport;
import dev.outpost.agent.transport.grpc.GrpcTransportServer;
import dev.outpost.center.Authenticator.Verdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real agents with tokens from files, over TLS without client certificates. */
@Timeout(60)
class AgentTokenTest {

    @TempDir
    private static Path directory;

    private static final AtomicInteger ASKED = new AtomicInteger();
    private static final List<String> REFUSED = new CopyOnWriteArrayList<>();

    private static Tls agentTls;
    private static ControlCenter center;

    @BeforeAll
    static void startCenter() throws Exception {
        ThrowawayPki pki = ThrowawayPki.in(directory);
        Tls tls = pki.issue("center", "dns:localhost");
        agentTls = Tls.trusting(pki.trust());
        center = ControlCenter.builder()
                .endpoint(GrpcTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .tls(new Tls(null, tls.certificate(), tls.privateKey()))
                        .build())
                .authenticator(Authenticator.byToken((hello, token) -> {
                    ASKED.incrementAndGet();
                    return token.equals("token of " + hello.agentId())
                            ? Verdict.admitted()
                            : Verdict.unknown("that is not your token");
                }))
                .listener(new CenterListener() {
                    @Override
                    public void onRefused(String agentId, String address, String reason) {
                        REFUSED.add(agentId + ": " + reason);
                    }
                })
                .build();
        center.start();
    }

    @AfterAll
    static void closeCenter() {
        center.close();
    }

    @Test
    void agent_withItsToken_isLetIn() throws Exception {
        try (Agent agent = agent("mine", "token of mine")) {
            agent.start();
            Await.until("online", () -> agent.state() == AgentState.ONLINE);
            assertThat(center.counters().get("endpoint.handshakes.done")).isPositive();
        }
    }

    @Test
    void agent_withAnothersToken_isToldWhyAndDoesNotComeAgainAtOnce() throws Exception {
        try (Agent agent = agent("theirs", "token of mine")) {
            agent.start();
            Await.until("refused", () -> agent.snapshot().counter("session.refused{UNAUTHENTICATED}") == 1);
            Await.until("told", () -> REFUSED.contains("theirs: that is not your token"));
            assertThat(center.agent("theirs")).isEmpty();
            // An agent that hurries would be there again before this other one.
            int asked = ASKED.get();
            agent_withItsToken_isLetIn();
            assertThat(ASKED).hasValue(asked + 1);
            assertThat(agent.snapshot().counter("session.refused{UNAUTHENTICATED}"))
                    .isEqualTo(1);
        }
    }

    private static Agent agent(String id, String token) throws Exception {
        Path file = Files.writeString(directory.resolve(id + ".token"), token + "\n");
        return Agent.builder()
                .id(id)
                .transport(GrpcTransport.to("localhost:" + center.port())
                        .tls(agentTls)
                        .credentials(Credentials.bearerFrom(file))
                        .build())
                .shutdownTimeout(Duration.ofSeconds(1))
                .build();
    }
}
