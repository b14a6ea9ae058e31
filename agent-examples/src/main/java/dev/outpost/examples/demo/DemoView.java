package dev.outpost.examples.demo;

import dev.outpost.agent.AgentSnapshot;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.center.AgentInfo;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Shows what happens: on a terminal a page that is drawn again and again, elsewhere a line for every event and a summary now
 * and then. Used by one thread.
 */
final class DemoView {

    private static final int EVENTS_SHOWN = 14;
    private static final int SUMMARY_EVERY = 10;
    private static final String HOME_AND_CLEAR = "\u001b[H\u001b[J";
    private static final String BOLD = "\u001b[1m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintStream out;
    private final boolean terminal;
    private final DemoEvents events;
    private final @Nullable DemoAgent agent;
    private final @Nullable DemoCenter center;
    private int draws;

    DemoView(
            PrintStream out,
            boolean terminal,
            DemoEvents events,
            @Nullable DemoAgent agent,
            @Nullable DemoCenter center) {
        this.out = out;
        this.terminal = terminal;
        this.events = events;
        this.agent = agent;
        this.center = center;
    }

    void draw() {
        if (terminal) {
            StringBuilder page = new StringBuilder(HOME_AND_CLEAR);
            page.append(BOLD).append("Outpost demo").append(PLAIN);
            page.append(String.format(Locale.ROOT, "  %.0f s%n%n", events.seconds()));
            summary().forEach(line -> page.append(line).append(System.lineSeparator()));
            page.append(System.lineSeparator());
            events.newest(EVENTS_SHOWN).forEach(line -> page.append(cut(line)).append(System.lineSeparator()));
            out.print(page);
            out.flush();
        } else {
            events.takeUnread().forEach(out::println);
            if (draws++ % SUMMARY_EVERY == 0) {
                summary().forEach(line -> out.println("         " + line));
            }
        }
    }

    /** The last events, before the final table. */
    void finish() {
        if (terminal) {
            draw();
            out.println();
        } else {
            events.takeUnread().forEach(out::println);
        }
    }

    private List<String> summary() {
        List<String> lines = new ArrayList<>();
        if (agent != null) {
            AgentSnapshot snapshot = agent.snapshot();
            lines.add(String.format(
                    Locale.ROOT,
                    "agent   %-9s heartbeats %d/%d   tasks queued %d running %d ended %s",
                    snapshot.state(),
                    snapshot.counter("heartbeats.acked"),
                    snapshot.counter("heartbeats.sent"),
                    snapshot.tasksQueued(),
                    snapshot.tasksRunning(),
                    snapshot.tasksEnded()));
            for (LaneSnapshot lane : snapshot.lanes()) {
                lines.add(String.format(
                        Locale.ROOT,
                        "        %-9s emitted %d%s = delivered %d + spooled %d + in memory %d + dropped %s",
                        lane.name(),
                        lane.emitted(),
                        lane.recovered() == 0 ? "" : " + recovered " + lane.recovered(),
                        lane.delivered(),
                        lane.spooled(),
                        lane.inMemory(),
                        lane.dropped().isEmpty() ? "0" : lane.dropped().toString()));
            }
        }
        if (center != null) {
            lines.add(String.format(
                    Locale.ROOT,
                    "center  %-9s records %d   points %d   heartbeats %d   unfinished tasks %d",
                    center.isUp() ? "UP" : "DOWN",
                    center.records(),
                    center.points(),
                    center.heartbeats(),
                    center.unfinishedTasks()));
            center.agent().map(DemoView::figures).ifPresent(lines::add);
        }
        return lines;
    }

    private static String figures(AgentInfo info) {
        Heartbeat heartbeat = info.heartbeat();
        if (heartbeat == null) {
            return "        no heartbeat yet";
        }
        Heartbeat.HostFigures host = heartbeat.host();
        return String.format(
                Locale.ROOT,
                "        last heartbeat: cpu %.0f %%   memory %d of %d MiB   %s",
                100 * host.cpuUtilization().orElse(0),
                host.memoryUsedBytes().orElse(0) >> 20,
                host.memoryLimitBytes().orElse(0) >> 20,
                heartbeat.condition());
    }

    private static String cut(String line) {
        return line.length() <= 118 ? line : line.substring(0, 117) + "…";
    }
}
