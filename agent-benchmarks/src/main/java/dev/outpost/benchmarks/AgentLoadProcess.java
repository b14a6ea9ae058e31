package dev.outpost.benchmarks;

import dev.outpost.agent.Agent;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.log.OverflowPolicy;
import java.time.Duration;

/** An agent whose host publishes as fast as it can; a full ring makes the publisher wait, so that nothing is dropped. */
final class AgentLoadProcess {

    private AgentLoadProcess() {}

    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        Agent agent = Agent.builder()
                .id(Link.AGENT)
                .transport(Link.of(arguments).transport(Integer.parseInt(arguments[2])))
                .overflow(OverflowPolicy.blockFor(OverflowPolicy.LONGEST_WAIT))
                .shutdownTimeout(Duration.ZERO)
                .build();
        try (agent) {
            agent.start();
            Agents.awaitOnline(agent);
            Thread publisher = new Thread(() -> publishForEver(agent), "publisher");
            publisher.setDaemon(true);
            publisher.start();
            Progress.measure(() -> delivered(agent.snapshot().lane("logs")));
        }
    }

    private static void publishForEver(Agent agent) {
        for (int i = 0; ; i = (i + 1) & Integer.MAX_VALUE) {
            Records.publish(agent.logs(), i);
        }
    }

    /** A figure of a run that has dropped records would compare apples with pears. */
    private static long delivered(LaneSnapshot logs) {
        if (logs.droppedTotal() > 0) {
            throw new IllegalStateException("records were dropped: " + logs);
        }
        return logs.delivered();
    }
}
