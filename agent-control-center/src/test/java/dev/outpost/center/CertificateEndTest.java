package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentListener;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.TlsMaterial;
import dev.outpost.agent.transport.TransportServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions whose certificate stops being good while they stand, over real sockets. */
@Timeout(60)
class CertificateEndTest {

    private static final Duration LIFE = Duration.ofSeconds(8);

    @TempDir
    private Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private TransportServer server;
    private ControlCenter center;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void authority_takenOutOfTheTrust_endsItsSessionsAndNoOthers(SecureWire wire) throws Exception {
        ThrowawayPki ours = ThrowawayPki.in(Files.createDirectory(directory.resolve("ours")));
        ThrowawayPki theirs = ThrowawayPki.in(Files.createDirectory(directory.resolve("theirs")));
        Tls own = ours.issue("center", "dns:localhost");
        Path trust = directory.resolve("trust.pem");
        Files.writeString(trust, Files.readString(ours.trust()) + Files.readString(theirs.trust()));
        start(wire, Tls.mutual(trust, own.certificate(), own.privateKey()));
        Tls other = theirs.issue("leaving", "dns:leaving");
        Joined staying = join(wire, "staying", ours.issue("staying", "dns:staying"));
        Joined leaving = join(wire, "leaving", Tls.mutual(ours.trust(), other.certificate(), other.privateKey()));

        Files.writeString(trust, Files.readString(ours.trust()));
        wire.reload(server);

        Await.until("refused", () -> leaving.agent.snapshot().counter("session.refused{UNAUTHENTICATED}") == 1);
        Await.until("told", () -> leaving.states.size() == 3);
        assertThat(leaving.states.get(2)).contains("UNAUTHENTICATED", "the certificate is not trusted any more");
        Await.until("reviewed", () -> center.counters().getOrDefault("reviews.done", 0L) == 1);
        assertThat(center.counters())
                .containsEntry("connections.untrusted", 1L)
                .containsEntry("endpoint.tls.reloads", 1L);
        assertThat(staying.states).hasSize(2);
        assertThat(center.agent("staying").orElseThrow().connection()).isEqualTo(AgentInfo.Connection.CONNECTED);
    }

    @ParameterizedTest
    @EnumSource
    void certificate_expiresWhileItsSessionStands_endsIt(SecureWire wire) throws Exception {
        ThrowawayPki pki = ThrowawayPki.in(directory);
        start(wire, pki.issue("center", "dns:localhost"));
        Tls shortLived = pki.issueFor("a-1", "dns:a-1", LIFE);
        Instant until = TlsMaterial.load(shortLived).expires();
        Joined joined = join(wire, "a-1", shortLived);

        Await.until("refused", () -> joined.agent.snapshot().counter("session.refused{UNAUTHENTICATED}") == 1);
        assertThat(Instant.now()).isAfterOrEqualTo(until);
        Await.until("told", () -> joined.states.size() == 3);
        assertThat(joined.states.get(2)).contains("UNAUTHENTICATED what was shown is valid until " + until);
        Await.until("counted", () -> center.counters().getOrDefault("connections.expired", 0L) == 1);
        Await.until("lost", () -> center.agent("a-1").orElseThrow().connection() == AgentInfo.Connection.LOST);
    }

    // ---- tools ----------------------------------------------------------------------------------------------------

    private void start(SecureWire wire, Tls tls) throws Exception {
        server = wire.server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), tls);
        center = ControlCenter.builder()
                .endpoint(server)
                .authenticator(Authenticator.byCertificate())
                .build();
        open.add(center);
        center.start();
    }

    private record Joined(Agent agent, List<String> states) {}

    private Joined join(SecureWire wire, String id, Tls tls) {
        List<String> states = new CopyOnWriteArrayList<>();
        Agent agent = Agent.builder()
                .id(id)
                .transport(wire.transport(center.port(), tls))
                .shutdownTimeout(Duration.ofSeconds(1))
                .listener(new AgentListener() {
                    @Override
                    public void onStateChanged(AgentState from, AgentState to, String reason) {
                        states.add(to + ": " + reason);
                    }
                })
                .build();
        open.add(0, agent);
        agent.start();
        Await.until(id + " is in", () -> agent.state() == AgentState.ONLINE);
        return new Joined(agent, states);
    }
}
