package dev.outpost.benchmarks;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.metric.oshi.OshiMetrics;
import java.time.Duration;

/** An agent with the usual settings; with a further argument it measures the machine, and its heartbeats have CPU and memory. */
final class StartAgentProcess {

    private StartAgentProcess() {}

    public static void main(String[] arguments) throws Exception {
        AgentBuilder builder = Agent.builder()
                .id(Link.AGENT)
                .transport(Link.of(arguments).transport(Integer.parseInt(arguments[2])))
                .shutdownTimeout(Duration.ZERO);
        if (arguments.length > 3) {
            builder.metrics(OshiMetrics.all(), Duration.ofSeconds(1));
        }
        try (Agent agent = builder.build()) {
            agent.start();
            Parent.tell("done", "");
            Parent.awaitEnd();
        }
    }
}
