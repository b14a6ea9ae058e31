package dev.outpost.examples.demo;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentListener;
import dev.outpost.agent.AgentSnapshot;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.metric.oshi.OshiMetrics;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.spool.Spool;
import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.grpc.GrpcTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The agent half: samples this machine, follows logs, runs tasks and a schedule. */
final class DemoAgent implements AutoCloseable {

    static final String ID = "demo-agent";
    private static final Duration DELIVERY_TIME = Duration.ofSeconds(20);

    private final DemoEvents events;
    private final Agent agent;
    private final OwnLog ownLog;
    private final FileFollower follower;
    private final Map<String, Integer> runs = new ConcurrentHashMap<>();

    DemoAgent(String address, Tls tls, List<Path> follow, Path work, Path spool, DemoEvents events) throws IOException {
        this.events = events;
        Path scratch = Files.createDirectories(work.resolve("scratch"));
        Path log = work.resolve("demo.log");
        agent = Agent.builder()
                .id(ID)
                .label("role", "demo")
                .transport(GrpcTransport.to(address).tls(tls).build())
                .heartbeatInterval(Duration.ofSeconds(1))
                .backoff(new Backoff(Duration.ofMillis(250), Duration.ofSeconds(2)))
                .batchInterval(Duration.ofSeconds(1))
                .spool(Spool.in(spool).replaySpread(Duration.ZERO))
                .journal(Path.of(spool + "-journal"))
                .metrics(OshiMetrics.all(), Duration.ofSeconds(1))
                .task(ChecksumTask.TYPE, counting(new ChecksumTask()))
                .task(TopProcessesTask.TYPE, counting(new TopProcessesTask()))
                .task(HousekeepingTask.TYPE, counting(new HousekeepingTask(scratch)))
                .schedule(Schedule.of(
                                "housekeeping",
                                Trigger.cron("*/5 * * * * *", ZoneId.systemDefault()),
                                TaskRequest.of(HousekeepingTask.TYPE).build())
                        .jitter(Duration.ofSeconds(1))
                        .build())
                .listener(new Narrator())
                .build();
        ownLog = new OwnLog(log);
        follower = new FileFollower(log, follow, agent.logs(), events);
    }

    /** Counts how often each task is run, beside the agent's own counters: to show that none runs twice. */
    private TaskHandler counting(TaskHandler handler) {
        return (task, context) -> {
            if (context.attempt() == 1) {
                runs.merge(task.id(), 1, Integer::sum);
            }
            return handler.handle(task, context);
        };
    }

    void start() {
        agent.start();
        follower.start();
    }

    AgentSnapshot snapshot() {
        return agent.snapshot();
    }

    long linesRead() {
        return follower.lines();
    }

    /** Tasks that were begun more than once. */
    long tasksRunTwice() {
        return runs.values().stream().filter(count -> count > 1).count();
    }

    /** Stops the log, and waits until all of it is delivered, and not only on disk; false when that took too long. */
    boolean finish() throws IOException, InterruptedException {
        ownLog.close();
        follower.close();
        long end = System.nanoTime() + DELIVERY_TIME.toNanos();
        boolean delivered = agent.flush(DELIVERY_TIME) && isAllDelivered();
        while (!delivered && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(50);
            delivered = isAllDelivered();
        }
        return delivered;
    }

    private boolean isAllDelivered() {
        return agent.snapshot().lanes().stream().allMatch(lane -> lane.spooled() + logsInMemory(lane) == 0);
    }

    /** Metrics go on: only logs have an end. */
    private static long logsInMemory(LaneSnapshot lane) {
        return lane.name().equals("logs") ? lane.inMemory() : 0;
    }

    @Override
    public void close() {
        agent.close();
    }

    /** Tells what the agent tells. */
    private final class Narrator implements AgentListener {

        @Override
        public void onStateChanged(AgentState from, AgentState to, String reason) {
            events.add("agent", from + " -> " + to + ": " + reason);
        }

        @Override
        public void onTaskStatus(TaskStatus status) {
            if (status.state().isFinal() && status.taskType().equals(HousekeepingTask.TYPE)) {
                events.add("agent", "cron: " + status.taskType() + " " + status.state() + " " + status.output());
            }
        }
    }
}
