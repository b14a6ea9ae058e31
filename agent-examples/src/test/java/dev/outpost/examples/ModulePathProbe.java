package dev.outpost.examples;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.metric.oshi.OshiMetrics;
import dev.outpost.agent.transport.grpc.GrpcTransport;
import dev.outpost.center.ControlCenter;
import java.time.Duration;

/** Run by {@link ModulePathTest} with Outpost on the module path. */
final class ModulePathProbe {

    private ModulePathProbe() {}

    public static void main(String[] args) {
        for (Class<?> type :
                new Class<?>[] {Agent.class, GrpcTransport.class, OshiMetrics.class, ControlCenter.class}) {
            if (!type.getModule().isNamed()) {
                throw new IllegalStateException(type + " is in no named module");
            }
        }
        Agent agent = Agent.builder()
                .id("modules")
                .transport(GrpcTransport.to("127.0.0.1:1").plaintext().build())
                .metrics(OshiMetrics.all(), Duration.ofSeconds(1))
                .shutdownTimeout(Duration.ZERO)
                .build();
        agent.start();
        agent.close();
        if (agent.state() != AgentState.CLOSED) {
            throw new IllegalStateException("state is " + agent.state());
        }
        System.out.println("modules work");
    }
}
