package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.AgentListener;
import dev.outpost.agent.internal.metric.SourceEntry;
import dev.outpost.agent.internal.session.SessionSettings;
import dev.outpost.agent.internal.task.TaskSettings;
import dev.outpost.agent.internal.task.TaskTypes;
import dev.outpost.agent.internal.telemetry.BatchLimits;
import dev.outpost.agent.log.LogSink;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.metric.MetricSink;
import dev.outpost.agent.request.RequestHandler;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.Scheduler;
import dev.outpost.agent.spool.LaneOverflow;
import dev.outpost.agent.spool.Spool;
import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.task.TaskThreads;
import dev.outpost.agent.transport.Compression;
import dev.outpost.agent.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the builder has made of its settings: complete and checked.
 *
 * @param id identity of the agent
 * @param labels what it is known by
 * @param transports ways to the control center, the preferred first; none for an agent without one
 * @param session how the session behaves
 * @param telemetry how telemetry behaves
 * @param sources metric sources and their rhythm
 * @param ownMetrics how often the agent's own figures are collected, or zero
 * @param collectionDeadline how long one collection may take
 * @param sinks further destinations of logs, by name
 * @param metricSinks further destinations of metrics, by name
 * @param spool where telemetry waits on disk, or null
 * @param tasks what there is of tasks
 * @param requestHandlers by type of request
 * @param schedules what runs by itself
 * @param scheduler the host's, or null
 * @param listeners who is told
 * @param shutdownTimeout how long closing may take
 * @param clock time
 */
public record AgentConfig(
        String id,
        Map<String, String> labels,
        List<Transport> transports,
        SessionSettings session,
        Telemetry telemetry,
        List<SourceEntry> sources,
        Duration ownMetrics,
        Duration collectionDeadline,
        Map<String, LogSink> sinks,
        Map<String, MetricSink> metricSinks,
        @Nullable Spool spool,
        Tasks tasks,
        Map<String, RequestHandler> requestHandlers,
        List<Schedule> schedules,
        @Nullable Scheduler scheduler,
        List<AgentListener> listeners,
        Duration shutdownTimeout,
        AgentClock clock) {

    /**
     * Tasks.
     *
     * @param settings how they behave
     * @param types what there are handlers for
     * @param executor the usual one, or null for the agent's own
     * @param threads of the agent's own
     * @param workers slots of the agent's own
     * @param journal where they are remembered, or null
     */
    public record Tasks(
            TaskSettings settings,
            Map<String, TaskTypes.Definition> types,
            @Nullable TaskExecutor executor,
            TaskThreads threads,
            int workers,
            @Nullable Path journal) {}

    /**
     * How telemetry behaves.
     *
     * @param ringSlots slots of the log ring, a power of two
     * @param overflow what publishers do when it is full
     * @param batch when a batch is closed
     * @param maxRecordBytes the largest record
     * @param laneBytes memory of each lane
     * @param laneOverflow what a lane does when that is used up
     * @param compression of what goes to the control center
     */
    public record Telemetry(
            int ringSlots,
            OverflowPolicy overflow,
            BatchLimits batch,
            int maxRecordBytes,
            long laneBytes,
            LaneOverflow laneOverflow,
            Compression compression) {}
}
