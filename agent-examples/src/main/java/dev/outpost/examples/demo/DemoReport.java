package dev.outpost.examples.demo;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.outpost.agent.AgentSnapshot;
import dev.outpost.agent.LaneSnapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The figures of the agent half at the end.
 *
 * @param agent the agent's own figures
 * @param linesRead lines that were read from followed files
 * @param unfinishedTasks dispatched tasks whose end the control center does not know; 0 when that is another process
 * @param runTwice tasks that were begun more than once
 * @param agentCpu CPU time of the agent's threads
 * @param peakHeapBytes the sum of the peaks of this process's heap pools
 * @param seconds how long it ran
 */
record DemoReport(
        AgentSnapshot agent,
        long linesRead,
        int unfinishedTasks,
        long runTwice,
        Duration agentCpu,
        long peakHeapBytes,
        double seconds) {

    static long peakHeap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getPeakUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
    }

    /** What did not come out as it must; empty when all did. */
    List<String> failures() {
        List<String> failures = new ArrayList<>();
        for (LaneSnapshot lane : agent.lanes()) {
            if (lane.emitted() + lane.recovered() != lane.delivered() + lane.droppedTotal()) {
                failures.add(lane.name() + ": emitted " + lane.emitted() + " + recovered " + lane.recovered()
                        + " is not delivered " + lane.delivered() + " + dropped " + lane.droppedTotal());
            }
        }
        if (agent.lane("logs").emitted() < linesRead) {
            failures.add("logs: " + linesRead + " lines were read, but only "
                    + agent.lane("logs").emitted() + " published");
        }
        long ended =
                agent.tasksEnded().values().stream().mapToLong(Long::longValue).sum();
        long refused = agent.tasksEnded().getOrDefault("REFUSED", 0L);
        long skipped = agent.tasksEnded().getOrDefault("SKIPPED", 0L);
        if (ended - refused - skipped != agent.counter("tasks.accepted")) {
            failures.add("tasks: " + agent.counter("tasks.accepted") + " accepted, but " + agent.tasksEnded());
        }
        if (unfinishedTasks > 0) {
            failures.add(unfinishedTasks + " dispatched tasks did not come to an end");
        }
        if (runTwice > 0) {
            failures.add(runTwice + " tasks ran twice");
        }
        return failures;
    }

    void print(PrintStream out) {
        out.println();
        out.printf(Locale.ROOT, "after %.1f s%n", seconds);
        row(
                out,
                "heartbeats sent / accepted",
                agent.counter("heartbeats.sent") + " / " + agent.counter("heartbeats.acked"));
        row(out, "lines read from followed files", Long.toString(linesRead));
        LaneSnapshot logs = agent.lane("logs");
        row(out, "log records published", Long.toString(logs.emitted()));
        row(out, "            found in the spool", Long.toString(logs.recovered()));
        row(out, "            acknowledged", Long.toString(logs.delivered()));
        row(
                out,
                "            dropped",
                logs.dropped().isEmpty() ? "0" : logs.dropped().toString());
        row(
                out,
                "metric points acknowledged",
                Long.toString(agent.lane("metrics").delivered()));
        row(out, "tasks by final state", agent.tasksEnded().toString());
        row(out, "tasks sent again, not run again", Long.toString(agent.counter("tasks.duplicates")));
        row(out, "reconnects", Long.toString(reconnects()));
        row(out, "agent CPU time", agentCpu.toMillis() + " ms");
        row(out, "peak heap of this process", (peakHeapBytes >> 20) + " MiB");
        failures().forEach(failure -> row(out, "FAILED", failure));
        row(out, "result", failures().isEmpty() ? "all accounted for" : "NOT all accounted for");
    }

    private static void row(PrintStream out, String name, String value) {
        out.printf(Locale.ROOT, "  %-34s %s%n", name, value);
    }

    private long reconnects() {
        return Math.max(0, agent.counter("session.established") - 1);
    }

    void writeJson(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                JsonGenerator json = new JsonFactory().createGenerator(out, JsonEncoding.UTF8)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeNumberField("seconds", seconds);
            json.writeNumberField("heartbeatsSent", agent.counter("heartbeats.sent"));
            json.writeNumberField("heartbeatsAccepted", agent.counter("heartbeats.acked"));
            json.writeNumberField("linesRead", linesRead);
            for (LaneSnapshot lane : agent.lanes()) {
                json.writeObjectFieldStart(lane.name());
                json.writeNumberField("published", lane.emitted());
                json.writeNumberField("recovered", lane.recovered());
                json.writeNumberField("acked", lane.delivered());
                json.writeNumberField("spooled", lane.spooled());
                json.writeNumberField("inMemory", lane.inMemory());
                writeMap(json, "dropped", lane.dropped());
                json.writeEndObject();
            }
            writeMap(json, "tasksByFinalState", agent.tasksEnded());
            json.writeNumberField("tasksSentAgain", agent.counter("tasks.duplicates"));
            json.writeNumberField("tasksRunTwice", runTwice);
            json.writeNumberField("reconnects", reconnects());
            json.writeNumberField("agentCpuMillis", agentCpu.toMillis());
            json.writeNumberField("peakHeapBytes", peakHeapBytes);
            json.writeArrayFieldStart("failures");
            for (String failure : failures()) {
                json.writeString(failure);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void writeMap(JsonGenerator json, String name, Map<String, Long> values) throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, Long> entry : values.entrySet()) {
            json.writeNumberField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }
}
