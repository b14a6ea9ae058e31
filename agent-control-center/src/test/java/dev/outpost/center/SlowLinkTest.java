package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.testkit.FaultProxy;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.TransportServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A link on which one batch takes longer than an agent usually waits for an answer. */
@Timeout(90)
class SlowLinkTest {

    private static final int BYTES_PER_SECOND = 36_000;

    @Test
    void throttle_batchTakesSevenSeconds_isDeliveredByTheSecondAttempt() throws Exception {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        TransportServer server = Wires.GRPC.server(anyPort);
        try (ControlCenter center = ControlCenter.builder()
                .endpoint(server)
                .authenticator(Authenticator.everybody())
                .heartbeatInterval(Duration.ofSeconds(1))
                .build()) {
            center.start();
            try (FaultProxy proxy = FaultProxy.to(new InetSocketAddress(anyPort.getAddress(), server.port()));
                    Agent agent = Agent.builder()
                            .id("a-1")
                            .transport(Wires.GRPC.transport(proxy.address()))
                            .backoff(new Backoff(Duration.ofMillis(20), Duration.ofMillis(200)))
                            .ownMetrics(Duration.ZERO)
                            .shutdownTimeout(Duration.ofSeconds(1))
                            .build()) {
                agent.start();
                Await.until("online", () -> agent.state() == AgentState.ONLINE);
                proxy.throttle(BYTES_PER_SECOND);
                for (int i = 0; i < 100; i++) { // one batch of 250 KB
                    agent.logs().publish(Severity.WARN, "x".repeat(2_500));
                }
                Await.until("a loss", () -> agent.snapshot().counter("session.lost") == 1);
                Await.until("delivery", () -> agent.snapshot().lane("logs").delivered() == 100);
                assertThat(agent.snapshot().counter("session.lost")).isEqualTo(1);
                proxy.heal();
            }
        }
    }
}
