package dev.outpost.benchmarks;

import dev.outpost.agent.Agent;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.log.OverflowPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Real agents with a spool each, all in this JVM, whose hosts publish at a steady rate for a while; then they wait until all is delivered. */
final class StallAgentsProcess {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private StallAgentsProcess() {}

    /** Security, certificates, port, directory, agents, records per second of all together, seconds. */
    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        Link link = Link.of(arguments);
        int count = Integer.parseInt(arguments[4]);
        int perSecond = Integer.parseInt(arguments[5]);
        int seconds = Integer.parseInt(arguments[6]);
        List<Agent> agents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Agent agent = Agent.builder()
                    .id("agent-" + i)
                    .transport(link.transport(Integer.parseInt(arguments[2])))
                    .spool(SpoolAgentProcess.spool(Path.of(arguments[3], "agent-" + i)))
                    .ringSlots(1_024)
                    .overflow(OverflowPolicy.blockFor(OverflowPolicy.LONGEST_WAIT))
                    .shutdownTimeout(PATIENCE)
                    .build();
            agent.start();
            agents.add(agent);
        }
        for (Agent agent : agents) {
            Agents.awaitOnline(agent);
        }
        Parent.tell("online", count);
        Pace pace = new Pace(perSecond);
        long records = (long) perSecond * seconds;
        for (long i = 0; i < records; ) {
            for (int j = 0; j < pace.burst(); j++, i++) {
                Records.publish(agents.get((int) (i / pace.burst() % count)).logs(), (int) i);
            }
            pace.awaitNext();
        }
        Parent.tell("published", sum(agents).with("late", pace.latestMillis()));
        for (Agent agent : agents) {
            while (agent.snapshot().lane("logs").spooled()
                            + agent.snapshot().lane("logs").inMemory()
                    > 0) {
                Thread.sleep(10);
            }
        }
        Parent.tell("delivered", sum(agents));
    }

    private static Figures sum(List<Agent> agents) {
        long emitted = 0;
        long spooled = 0;
        long dropped = 0;
        long online = 0;
        for (Agent agent : agents) {
            LaneSnapshot logs = agent.snapshot().lane("logs");
            emitted += logs.emitted();
            spooled += logs.spooled();
            dropped += logs.droppedTotal();
            online += agent.snapshot().counter("session.lost") == 0 ? 1 : 0;
        }
        return new Figures()
                .with("emitted", emitted)
                .with("spooled", spooled)
                .with("dropped", dropped)
                .with("neverLost", online);
    }
}
