package dev.outpost.benchmarks;

import dev.outpost.agent.Agent;
import dev.outpost.agent.metric.oshi.OshiMetrics;
import java.time.Duration;

/** A host that does nothing: first without an agent, then with one that measures the machine every second. */
final class IdleAgentProcess {

    private static final Duration WARM_UP = Duration.ofSeconds(20);
    private static final Duration MEASURE = Duration.ofSeconds(60);
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private IdleAgentProcess() {}

    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        Parent.tell("without", measure().percent);
        long heap = Heap.retained();
        Agent agent = Agent.builder()
                .id(Link.AGENT)
                .transport(Link.of(arguments).transport(Integer.parseInt(arguments[2])))
                .metrics(OshiMetrics.all(), INTERVAL)
                .shutdownTimeout(Duration.ZERO)
                .build();
        try (agent) {
            agent.start();
            Agents.awaitOnline(agent);
            Measured with = measure();
            Parent.tell("with", with.percent);
            Parent.tell("threads", with.threads);
            Parent.tell("heap", Heap.retained() - heap);
        }
    }

    private record Measured(double percent, String threads) {}

    private static Measured measure() throws InterruptedException {
        Thread.sleep(WARM_UP.toMillis());
        Cpu before = Cpu.now();
        Thread.sleep(MEASURE.toMillis());
        Cpu after = Cpu.now();
        return new Measured(after.percentSince(before), after.threadsSince(before));
    }
}
