package dev.outpost.benchmarks;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.transport.Backoff;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * An agent that finds a backlog, or none, and whose host publishes at a steady rate: first without a control center, to warm
 * up; then, when that has come, with every call timed, until the backlog is gone, or for as long as it is told.
 */
final class ReplayAgentProcess {

    private static final Backoff QUICK = new Backoff(Duration.ofMillis(100), Duration.ofMillis(500));
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int PER_SECOND = 50_000;
    private static final int WARM_UP_SECONDS = 10;

    private final Agent agent;
    private final MemoryWatch memory = MemoryWatch.start();
    private final Histogram publishing = new Histogram();
    private final Pace pace = new Pace(PER_SECOND);
    private int published;

    private ReplayAgentProcess(Agent agent) {
        this.agent = agent;
    }

    /** Security, certificates, port, directory; nanoseconds to measure when there is no backlog. */
    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        Agent agent = Agent.builder()
                .id(Link.AGENT)
                .transport(Link.of(arguments).transport(Integer.parseInt(arguments[2])))
                .backoff(QUICK)
                .spool(SpoolAgentProcess.spool(Path.of(arguments[3])))
                .overflow(OverflowPolicy.blockFor(OverflowPolicy.LONGEST_WAIT))
                .shutdownTimeout(PATIENCE)
                .build();
        ReplayAgentProcess host = new ReplayAgentProcess(agent);
        try (agent) {
            agent.start();
            host.run(Long.parseLong(arguments[4]));
        }
        Parent.tell("closed", "");
    }

    private void run(long nanosWithoutBacklog) throws InterruptedException, IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS);
        while (System.nanoTime() < end) {
            burst(Severity.INFO);
        }
        Parent.tell("ready", "");
        while (agent.state() != AgentState.ONLINE) {
            burst(Severity.INFO);
        }
        LaneSnapshot found = logs();
        if (found.recovered() == 0) {
            while (logs().spooled() > 0) {
                burst(Severity.INFO);
            }
        }
        measure(found, nanosWithoutBacklog);
    }

    private void measure(LaneSnapshot found, long nanosWithoutBacklog) throws InterruptedException, IOException {
        Cpu before = Cpu.now();
        long start = System.nanoTime();
        while (found.recovered() == 0 ? System.nanoTime() - start < nanosWithoutBacklog : logs().spooled() > 0) {
            burst(CountingCenterProcess.TIMED);
        }
        long nanos = System.nanoTime() - start;
        Cpu after = Cpu.now();
        agent.flush(PATIENCE); // or the last batch would wait to be filled, and count as slow
        LaneSnapshot logs = logs();
        while (logs.spooled() + logs.inMemory() > 0) {
            Thread.sleep(10);
            logs = logs();
        }
        Figures figures = new Figures()
                .with("backlog", found.spooled())
                .with("nanos", nanos)
                .with("emitted", logs.emitted())
                .with("recovered", logs.recovered())
                .with("dropped", logs.droppedTotal())
                .with("cpu", after.secondsSince(before));
        publishing.into(figures, "publish");
        Parent.tell("measured", memory.into(figures));
        Parent.tell("threads", after.threadsSince(before));
    }

    private LaneSnapshot logs() {
        return agent.snapshot().lane("logs");
    }

    private void burst(Severity severity) {
        for (int i = pace.burst(); i > 0; i--) {
            published = (published + 1) & Integer.MAX_VALUE;
            long start = System.nanoTime();
            Records.publish(agent.logs(), severity, published);
            if (severity == CountingCenterProcess.TIMED) {
                publishing.add(System.nanoTime() - start);
            }
        }
        pace.awaitNext();
    }
}
