package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentListener;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.grpc.GrpcTransport;
import dev.outpost.agent.transport.grpc.GrpcTransportServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who an agent says it is against what its certificate says, over mutual TLS. */
@Timeout(60)
class CertificateIdentityTest {

    @TempDir
    private static Path directory;

    private static ThrowawayPki pki;
    private static ControlCenter center;

    @BeforeAll
    static void startCenter() throws Exception {
        pki = ThrowawayPki.in(directory);
        center = ControlCenter.builder()
                .endpoint(GrpcTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .tls(pki.issue("center", "dns:localhost"))
                        .build())
                .authenticator(Authenticator.byCertificate())
                .build();
        center.start();
    }

    @AfterAll
    static void closeCenter() {
        center.close();
    }

    @Test
    void byCertificate_commonNameIsTheId_isLetIn() throws Exception {
        try (Agent agent = agent("by-name", pki.issue("by-name", "dns:something.else"), new StateLog())) {
            agent.start();
            Await.until("online", () -> agent.state() == AgentState.ONLINE);
        }
    }

    @Test
    void byCertificate_alternativeNameIsTheId_isLetIn() throws Exception {
        try (Agent agent = agent("by-alternative", pki.issue("host-7", "dns:by-alternative"), new StateLog())) {
            agent.start();
            Await.until("online", () -> agent.state() == AgentState.ONLINE);
        }
    }

    @Test
    void byCertificate_namesSomebodyElse_isRefusedAndTheAgentSaysSo() throws Exception {
        StateLog log = new StateLog();
        try (Agent agent = agent("impostor", pki.issue("honest", "dns:honest"), log)) {
            agent.start();
            Await.until("refused", () -> agent.snapshot().counter("session.refused{PERMISSION_DENIED}") == 1);
            Await.until("told", () -> log.lines.size() == 2);
            assertThat(log.lines.get(1))
                    .startsWith("STARTING -> OFFLINE")
                    .contains("PERMISSION_DENIED")
                    .contains("the certificate names [honest, honest] and not the agent 'impostor'");
            assertThat(center.agent("impostor")).isEmpty();
        }
    }

    private static Agent agent(String id, Tls tls, AgentListener listener) {
        return Agent.builder()
                .id(id)
                .transport(
                        GrpcTransport.to("localhost:" + center.port()).tls(tls).build())
                .listener(listener)
                .shutdownTimeout(Duration.ofSeconds(1))
                .build();
    }

    private static final class StateLog implements AgentListener {

        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public void onStateChanged(AgentState from, AgentState to, String reason) {
            lines.add(from + " -> " + to + ": " + reason);
        }
    }
}
