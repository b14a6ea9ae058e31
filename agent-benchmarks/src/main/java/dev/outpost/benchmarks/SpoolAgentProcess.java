package dev.outpost.benchmarks;

import dev.outpost.agent.Agent;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.spool.Spool;
import dev.outpost.agent.transport.Backoff;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * An agent whose host publishes while the control center is away: at a steady rate, or as fast as the spool takes it. A full
 * ring makes the publisher wait, so that nothing is dropped. Then, if it is asked to, it waits until the control center comes
 * and has everything.
 */
final class SpoolAgentProcess {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Backoff QUICK = new Backoff(Duration.ofMillis(100), Duration.ofMillis(500));

    private final Agent agent;
    private final MemoryWatch memory = MemoryWatch.start();

    private SpoolAgentProcess(Agent agent) {
        this.agent = agent;
    }

    /** Security, certificates, port, directory; records; records per second or 0; whether to replay. */
    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        Agent agent = Agent.builder()
                .id(Link.AGENT)
                .transport(Link.of(arguments).transport(Integer.parseInt(arguments[2])))
                .backoff(QUICK)
                .spool(spool(Path.of(arguments[3])))
                .overflow(OverflowPolicy.blockFor(OverflowPolicy.LONGEST_WAIT))
                .shutdownTimeout(PATIENCE)
                .build();
        SpoolAgentProcess host = new SpoolAgentProcess(agent);
        try (agent) {
            agent.start();
            host.publish(Long.parseLong(arguments[4]), Integer.parseInt(arguments[5]));
            if (Boolean.parseBoolean(arguments[6])) {
                host.replay();
            }
        }
        Parent.tell("closed", "");
    }

    /** Room for all that a benchmark makes, and replay at once: its spread is for fleets. */
    static Spool spool(Path directory) {
        return Spool.in(directory).maxBytes(64L << 30).keepFreeBytes(64L << 20).replaySpread(Duration.ZERO);
    }

    private void publish(long records, int perSecond) throws IOException {
        Cpu before = Cpu.now();
        Pace pace = new Pace(perSecond);
        for (long i = 0; i < records; ) {
            int burst = (int) Math.min(records - i, perSecond == 0 ? Integer.MAX_VALUE : pace.burst());
            for (int j = 0; j < burst; j++, i++) {
                Records.publish(agent.logs(), (int) (i & Integer.MAX_VALUE));
            }
            if (perSecond > 0 && i < records) {
                pace.awaitNext();
            }
        }
        long publishing = pace.elapsedNanos();
        if (!agent.flush(PATIENCE)) {
            throw new IllegalStateException(
                    "not all is on disk " + PATIENCE + " after publishing: " + agent.snapshot());
        }
        LaneSnapshot logs = agent.snapshot().lane("logs");
        Figures figures = new Figures()
                .with("records", logs.emitted())
                .with("spooled", logs.spooled())
                .with("dropped", logs.droppedTotal())
                .with("publishing", publishing / 1e9)
                .with("safe", pace.elapsedNanos() / 1e9)
                .with("late", pace.latestMillis())
                .with("cpu", Cpu.now().secondsSince(before));
        Parent.tell("spooled", memory.into(figures));
        Parent.tell("threads", Cpu.now().threadsSince(before));
        Parent.tell("drops", logs.dropped());
    }

    private void replay() throws InterruptedException, IOException {
        Agents.awaitOnline(agent);
        Cpu before = Cpu.now();
        long start = System.nanoTime();
        long spooled = agent.snapshot().lane("logs").spooled();
        long left = spooled;
        while (left > 0) {
            Thread.sleep(1);
            LaneSnapshot logs = agent.snapshot().lane("logs");
            left = logs.spooled() + logs.inMemory();
        }
        Figures figures = new Figures()
                .with("seconds", (System.nanoTime() - start) / 1e9)
                .with("records", spooled)
                .with("dropped", agent.snapshot().lane("logs").droppedTotal())
                .with("cpu", Cpu.now().secondsSince(before));
        Parent.tell("replayed", memory.into(figures));
        Parent.tell("threads", Cpu.now().threadsSince(before));
    }
}
