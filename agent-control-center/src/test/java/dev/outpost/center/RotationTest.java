package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentListener;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.Peer;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.TransportServer;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An agent's certificate is replaced on disk while it publishes. */
@Timeout(60)
class RotationTest {

    private static final int ROTATIONS = 3;
    private static final int RECORDS = 1_000;

    @TempDir
    private Path directory;

    private final List<String> arrived = new CopyOnWriteArrayList<>();
    private final List<AgentState> states = new CopyOnWriteArrayList<>();
    private final Set<BigInteger> serials = new CopyOnWriteArraySet<>();

    private Authenticator.Verdict seen(Hello hello, Peer peer) {
        serials.add(peer.certificates().get(0).getSerialNumber());
        return Authenticator.Verdict.admitted();
    }

    @ParameterizedTest
    @EnumSource
    void certificate_replacedUnderTraffic_isSeenByTheCenterAndNothingIsLost(SecureWire wire) throws Exception {
        ThrowawayPki pki = ThrowawayPki.in(directory);
        Tls agentTls = pki.issue("a-1", "dns:a-1");
        TransportServer server = wire.server(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), pki.issue("center", "dns:localhost"));
        try (ControlCenter center = ControlCenter.builder()
                .endpoint(server)
                .authenticator(Authenticator.byCertificate().and(this::seen))
                .telemetry(new TelemetryHandler() {
                    @Override
                    public CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
                        batch.records().stream()
                                .map(LogRecord::body)
                                .map(String::valueOf)
                                .forEach(arrived::add);
                        return CompletableFuture.completedStage(null);
                    }
                })
                .build()) {
            center.start();
            Transport transport = wire.transport(center.port(), agentTls);
            try (Agent agent = Agent.builder()
                    .id("a-1")
                    .transport(transport)
                    .identityInterval(Duration.ofMillis(100))
                    .listener(new AgentListener() {
                        @Override
                        public void onStateChanged(AgentState from, AgentState to, String reason) {
                            states.add(to);
                        }
                    })
                    .build()) {
                agent.start();
                Await.until("the agent is in", () -> agent.state() == AgentState.ONLINE);
                for (int rotation = 0; rotation <= ROTATIONS; rotation++) {
                    for (int i = 0; i < RECORDS; i++) {
                        assertThat(agent.logs().publish(Severity.WARN, "record " + (rotation * RECORDS + i)))
                                .isTrue();
                    }
                    if (rotation < ROTATIONS) {
                        pki.issue("a-1", "dns:a-1");
                    }
                    int expected = Math.min(rotation + 2, ROTATIONS + 1);
                    Await.until("certificate " + expected, () -> serials.size() >= expected);
                }
                assertThat(agent.flush(Duration.ofSeconds(20))).isTrue();
                assertThat(arrived)
                        .containsExactlyElementsOf(IntStream.range(0, (ROTATIONS + 1) * RECORDS)
                                .mapToObj(i -> "record " + i)
                                .toList());
                assertThat(states).as("never offline").containsExactly(AgentState.STARTING, AgentState.ONLINE);
            }
        }
    }
}
