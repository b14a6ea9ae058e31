package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.AgentState;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.internal.metric.Sampler;
import dev.outpost.agent.internal.request.RequestDesk;
import dev.outpost.agent.internal.schedule.ScheduleBook;
import dev.outpost.agent.internal.session.SessionEvents;
import dev.outpost.agent.internal.task.TaskEngine;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.transport.CloseReason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * What the session asks and tells: the hello and heartbeats are made here, and what the control center wants goes to the part that does it.
 * Control loop only.
 */
final class CenterSide implements SessionEvents {

    private final AgentConfig config;
    private final TelemetryStage telemetry;
    private final StateHolder state;
    private final LaneSet lanes;
    private final TaskEngine tasks;
    private final ScheduleBook schedules;
    private final Journal journal;
    private final RequestDesk desk;
    private final Sampler sampler;
    private final Inbox inbox;
    private final AgentClock clock;
    private final String instanceId = UUID.randomUUID().toString();
    private final String version;
    private final long startedNanos;

    CenterSide(
            AgentConfig config,
            TelemetryStage telemetry,
            StateHolder state,
            LaneSet lanes,
            TaskEngine tasks,
            ScheduleBook schedules,
            Journal journal,
            RequestDesk desk,
            Sampler sampler,
            Inbox inbox) {
        this.config = config;
        this.telemetry = telemetry;
        this.state = state;
        this.lanes = lanes;
        this.tasks = tasks;
        this.schedules = schedules;
        this.journal = journal;
        this.desk = desk;
        this.sampler = sampler;
        this.inbox = inbox;
        this.clock = config.clock();
        this.startedNanos = clock.nanoTime();
        this.version = Optional.ofNullable(getClass().getPackage().getImplementationVersion())
                .orElse("unversioned");
    }

    @Override
    public Hello hello() {
        return new Hello(
                Hello.PROTOCOL_VERSION,
                config.id(),
                instanceId,
                version,
                config.labels(),
                config.tasks().types().keySet().stream().sorted().toList(),
                lanes.announce(),
                desk.types(),
                journal.id(),
                schedules.version());
    }

    @Override
    public Heartbeat heartbeat() {
        Set<String> reasons = state.degraded();
        Heartbeat.Condition condition = state.get() == AgentState.DRAINING
                ? Heartbeat.Condition.DRAINING
                : reasons.isEmpty() ? Heartbeat.Condition.HEALTHY : Heartbeat.Condition.DEGRADED;
        long inMemory = 0;
        long spooled = 0;
        long dropped = 0;
        for (Lane lane : lanes.ofCenter()) {
            LaneSnapshot account =
                    Account.of(lane, lane.signal() == Signal.LOGS ? telemetry.logStats() : telemetry.metricStats());
            inMemory += account.inMemory();
            spooled += account.spooled();
            dropped += account.droppedTotal();
        }
        return new Heartbeat(
                condition,
                List.copyOf(new TreeSet<>(reasons)),
                sampler.figures(),
                Duration.ofNanos(clock.nanoTime() - startedNanos),
                inMemory,
                spooled,
                dropped,
                tasks.queuedCount(),
                tasks.runningCount());
    }

    @Override
    public void onOnline(String sessionId) {
        tasks.connected(true);
        state.move(AgentState.ONLINE, "session=" + sessionId);
        schedules.onSession();
    }

    @Override
    public void onOffline(CloseReason reason) {
        tasks.connected(false);
        state.move(AgentState.OFFLINE, reason.detail());
    }

    @Override
    public void onStreamConflict() {
        lanes.changeStream();
    }

    @Override
    public void onDispatch(TaskRequest request) {
        tasks.submit(request, TaskOrigin.DISPATCH);
    }

    @Override
    public void onScheduleSet(ScheduleSet set) {
        schedules.onSet(set);
    }

    @Override
    public Optional<String> onScheduleCommand(ScheduleCommand command) {
        return schedules.onCommand(command);
    }

    @Override
    public void onRequest(Request request, Consumer<Response> answer) {
        desk.take(request, response -> inbox.post(() -> answer.accept(response)));
    }

    @Override
    public Optional<String> onCancel(String taskId, String reason) {
        return tasks.cancel(taskId, reason);
    }
}
