package dev.outpost.agent;

import dev.outpost.agent.internal.base.SystemClock;
import dev.outpost.agent.internal.metric.SourceEntry;
import dev.outpost.agent.internal.runtime.AgentConfig;
import dev.outpost.agent.internal.runtime.AgentRuntime;
import dev.outpost.agent.log.LogSink;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.metric.MetricSink;
import dev.outpost.agent.metric.MetricSource;
import dev.outpost.agent.request.RequestHandler;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.Scheduler;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.spool.LaneOverflow;
import dev.outpost.agent.spool.Spool;
import dev.outpost.agent.task.ClosePolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskOptions;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskThreads;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.Compression;
import dev.outpost.agent.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Wires an agent. Required are {@link #id} and somewhere to go: a {@link #transport}, or a {@link #logSink} or {@link
 * #metricSink}; all else has a default. {@link #build} checks all of it together.
 *
 * <p>What is given to it (transport, sources, sinks, executors) belongs to the agent from {@link #build} on and is closed
 * with it, unless a method says otherwise. Not thread-safe; good for one agent.
 */
public final class AgentBuilder {

    private @Nullable String id;
    private final Map<String, String> labels = new LinkedHashMap<>();
    private final SessionChoices session = new SessionChoices();
    private final TelemetryChoices telemetry = new TelemetryChoices();
    private final TaskChoices tasks = new TaskChoices();
    private final Map<String, RequestHandler> requestHandlers = new LinkedHashMap<>();
    private final Map<String, Schedule> schedules = new LinkedHashMap<>();
    private @Nullable Scheduler scheduler;
    private final List<AgentListener> listeners = new ArrayList<>();
    private Duration shutdownTimeout = Duration.ofSeconds(10);
    private AgentClock clock = new SystemClock();
    private final SettingsCheck repeated = new SettingsCheck();
    private boolean built;

    AgentBuilder() {}

    /** The agent's identity, stable over restarts and unique at its control center. Required; 1 to 128 characters. */
    public AgentBuilder id(String id) {
        this.id = id;
        return this;
    }

    /** Adds a label that the agent is known by; at most 64, names and values at most 256 characters. */
    public AgentBuilder label(String name, String value) {
        labels.put(name, value);
        return this;
    }

    /**
     * Adds a way to the control center: the first is the preferred one, and each further one is taken when those before it fail; from
     * there the agent tries to get back every few minutes. At least one is required unless there is a sink; at most 16.
     */
    public AgentBuilder transport(Transport transport) {
        session.transports.add(transport);
        return this;
    }

    /** How often to send heartbeats, unless the control center says otherwise: 100 ms to 10 min; default 30 s. */
    public AgentBuilder heartbeatInterval(Duration interval) {
        session.heartbeatInterval = interval;
        return this;
    }

    /** How long an attempt may take until the control center has welcomed the agent: 100 ms to 2 min; default 10 s. */
    public AgentBuilder connectTimeout(Duration timeout) {
        session.connectTimeout = timeout;
        return this;
    }

    /** How long to wait between attempts to connect; default {@link Backoff#DEFAULT}. */
    public AgentBuilder backoff(Backoff backoff) {
        session.backoff = backoff;
        return this;
    }

    /**
     * How often to look whether certificate, key, trust or token of a transport have changed, to connect anew with them before the
     * old connection goes: 100 ms to 1 hour; default 30 s.
     */
    public AgentBuilder identityInterval(Duration interval) {
        session.identityInterval = interval;
        return this;
    }

    /**
     * How many batches may be under way unacknowledged, per priority class of a signal: 1 to 1,024; default 8. Logs have two classes,
     * {@link Severity#WARN} and above and those below; metrics have one.
     */
    public AgentBuilder windowBatches(int batches) {
        session.windowBatches = batches;
        return this;
    }

    /** Slots of the log ring: a power of two from 64 to 1,048,576; default 8,192. */
    public AgentBuilder ringSlots(int slots) {
        telemetry.ringSlots = slots;
        return this;
    }

    /** What publishers do when the ring is full; by default they wait up to 50 ms from WARN on, and drop below it. */
    public AgentBuilder overflow(OverflowPolicy policy) {
        telemetry.overflow = policy;
        return this;
    }

    /** Log records after which a batch is sent when the lane is idle: 1 to 100,000; default 100. Under load batches grow. */
    public AgentBuilder batchRecords(int records) {
        telemetry.batchRecords = records;
        return this;
    }

    /** Bytes at which any batch is closed: 1 KiB to 1 MiB; default 256 KiB. */
    public AgentBuilder batchBytes(int bytes) {
        telemetry.batchBytes = bytes;
        return this;
    }

    /** Age at which any batch is closed: 10 ms to 5 min; default 5 s. */
    public AgentBuilder batchInterval(Duration interval) {
        telemetry.batchInterval = interval;
        return this;
    }

    /** The largest encoded log record; larger ones are dropped and counted: 256 B to 512 KiB; default 64 KiB. */
    public AgentBuilder maxRecordBytes(int bytes) {
        telemetry.maxRecordBytes = bytes;
        return this;
    }

    /** Memory for batches per lane: 1 MiB to 4 GiB, at least two batches; default 32 MiB. */
    public AgentBuilder laneBytes(long bytes) {
        telemetry.laneBytes = bytes;
        return this;
    }

    /** What a lane does when its memory is used up; default {@link LaneOverflow#spill}. */
    public AgentBuilder laneOverflow(LaneOverflow overflow) {
        telemetry.laneOverflow = overflow;
        return this;
    }

    /** How telemetry for the control center is compressed, in the spool as well; default {@link Compression#NONE}. */
    public AgentBuilder compression(Compression compression) {
        telemetry.compression = compression;
        return this;
    }

    /**
     * Keeps telemetry that is not delivered on disk, over restarts too; by default it is kept in memory only, and lost with
     * the process.
     */
    public AgentBuilder spool(Spool spool) {
        telemetry.spool = spool;
        return this;
    }

    /** Adds a metric source, collected at {@code interval}: 100 ms to 1 day. Its name must be new. */
    public AgentBuilder metrics(MetricSource source, Duration interval) {
        String name = source.name();
        if (!telemetry.add(new SourceEntry(source, name, interval))) {
            repeated.add("metrics", "a second source named '" + name + "'", "one source of a name");
        }
        return this;
    }

    /**
     * How often the agent's own accounts ({@code outpost.lane.*}: emitted, delivered, held, dropped by reason) are collected as
     * metrics: 100 ms to 1 day, or zero for never; default 1 min.
     */
    public AgentBuilder ownMetrics(Duration interval) {
        telemetry.ownMetrics = interval;
        return this;
    }

    /** How long one collection may take before it is interrupted: 100 ms to 5 min; default 5 s. */
    public AgentBuilder collectionDeadline(Duration deadline) {
        telemetry.collectionDeadline = deadline;
        return this;
    }

    /** Adds a destination for metrics beside the control center. Its name must be new, and made as for {@link #logSink}. */
    public AgentBuilder metricSink(String name, MetricSink sink) {
        if (telemetry.metricSinks.put(name, sink) != null) {
            repeated.add("metricSink", "a second sink named '" + name + "'", "one sink of a name");
        }
        return this;
    }

    /**
     * Adds a destination for logs beside the control center. Its name must be new: 1 to 64 lower-case letters, digits, dots
     * and hyphens, for it also names a directory of the spool.
     */
    public AgentBuilder logSink(String name, LogSink sink) {
        if (telemetry.logSinks.put(name, sink) != null) {
            repeated.add("logSink", "a second sink named '" + name + "'", "one sink of a name");
        }
        return this;
    }

    /** Adds the handler of a task type, with the agent's defaults. The type must be new, and has 1 to 128 characters. */
    public AgentBuilder task(String type, TaskHandler handler) {
        return task(type, handler, TaskOptions.defaults());
    }

    /** Adds the handler of a task type, and how its tasks are run. The type must be new, and has 1 to 128 characters. */
    public AgentBuilder task(String type, TaskHandler handler, TaskOptions options) {
        if (!tasks.add(type, handler, options)) {
            repeated.add("task", "a second handler for type '" + type + "'", "one handler of a type");
        }
        return this;
    }

    /**
     * Adds the handler for requests of a type that the control center may send. The type must be new, and has 1 to 128
     * characters.
     */
    public AgentBuilder on(String type, RequestHandler handler) {
        if (requestHandlers.put(type, handler) != null) {
            repeated.add("on", "a second handler for requests of type '" + type + "'", "one handler of a type");
        }
        return this;
    }

    /** Where tasks run whose type names no executor; by default one of {@link #taskWorkers} slots on {@link #taskThreads}. */
    public AgentBuilder taskExecutor(TaskExecutor executor) {
        tasks.executor = executor;
        return this;
    }

    /** Attempts that the default executor runs at once: 1 to 1,024; by default as many as processors, at least 2. */
    public AgentBuilder taskWorkers(int workers) {
        tasks.workers = workers;
        return this;
    }

    /** What the default executor runs them on; default {@link TaskThreads#PLATFORM}. */
    public AgentBuilder taskThreads(TaskThreads threads) {
        tasks.threads = threads;
        return this;
    }

    /**
     * Tasks that may wait, for a slot or their time, before further ones are refused as busy: 1 to 1,000,000; default 1,000. All that
     * wait or run may have arguments of 16 Mi characters together.
     */
    public AgentBuilder taskQueueCapacity(int capacity) {
        tasks.queueCapacity = capacity;
        return this;
    }

    /** How long an attempt may take when neither its task nor its type says: 1 ms to 7 days; default 10 min. */
    public AgentBuilder taskAttemptTimeout(Duration timeout) {
        tasks.attemptTimeout = timeout;
        return this;
    }

    /** How failed attempts are repeated when neither task nor type says; default {@link RetryPolicy#DEFAULT}. */
    public AgentBuilder taskRetry(RetryPolicy retry) {
        tasks.retry = retry;
        return this;
    }

    /** How long an attempt that was asked to stop may take before it is given up: 10 ms to 5 min; default 5 s. */
    public AgentBuilder cancelGrace(Duration grace) {
        tasks.grace = grace;
        return this;
    }

    /**
     * How many characters of a task's output are reported: 256 to 524,288; default 65,536. Longer values are cut. Of more than 131,072
     * the control center of this project keeps that many.
     */
    public AgentBuilder taskResultLimit(int characters) {
        tasks.resultChars = characters;
        return this;
    }

    /** How many log records one attempt may publish through its context: 0 to 10,000,000; default 10,000. */
    public AgentBuilder taskLogLimit(int records) {
        tasks.logRecords = records;
        return this;
    }

    /**
     * Remembers tasks and schedules in a directory of this agent's own, over restarts and crashes too: a task is on the disk before
     * it is accepted, before it begins, and before its end is reported. By default nothing is remembered.
     *
     * <p>A directory serves one agent at a time. A second one that is given the same directory starts, is degraded ("in use by another
     * agent"), and tries every two seconds until it has it; meanwhile it remembers nothing, and leaves dispatched tasks that are
     * not {@linkplain TaskRequest#idempotent() idempotent} unanswered.
     */
    public AgentBuilder journal(Path directory) {
        tasks.journal = directory;
        return this;
    }

    /** What becomes of tasks that have not begun when the agent closes; default {@link ClosePolicy#KEEP}. */
    public AgentBuilder onClose(ClosePolicy policy) {
        tasks.onClose = policy;
        return this;
    }

    /**
     * Adds a schedule with the usual policies: a firing is left out while the task of the last one is live, and firings that were
     * missed become one. Its name must be new, and its task type must have a handler.
     */
    public AgentBuilder schedule(String name, Trigger trigger, TaskRequest template) {
        try {
            return schedule(Schedule.of(name, trigger, template).build());
        } catch (IllegalArgumentException e) {
            repeated.add("schedule", "'" + name + "': " + e.getMessage(), "a schedule within its bounds");
            return this;
        }
    }

    /** Adds a schedule. Its name must be new, and its task type must have a handler. */
    public AgentBuilder schedule(Schedule schedule) {
        if (schedules.put(schedule.name(), schedule) != null) {
            repeated.add("schedule", "a second schedule named '" + schedule.name() + "'", "one schedule of a name");
        }
        return this;
    }

    /** What schedules wait with; by default the control loop's own timers. Stays the caller's. */
    public AgentBuilder scheduler(Scheduler scheduler) {
        this.scheduler = scheduler;
        return this;
    }

    /** Adds somebody who is told what becomes of the agent. */
    public AgentBuilder listener(AgentListener listener) {
        listeners.add(listener);
        return this;
    }

    /** How long {@link Agent#close} may take: 0 to 10 min; default 10 s. */
    public AgentBuilder shutdownTimeout(Duration timeout) {
        this.shutdownTimeout = timeout;
        return this;
    }

    /** Time; for tests. */
    public AgentBuilder clock(AgentClock clock) {
        this.clock = clock;
        return this;
    }

    /**
     * The agent, not started.
     *
     * @throws ConfigurationException listing every setting that cannot work
     * @throws IllegalStateException if this builder has built an agent already
     */
    public Agent build() {
        if (built) {
            throw new IllegalStateException("this builder has built its agent; make a new builder for another");
        }
        String agentId = id;
        SettingsCheck check = check();
        if (agentId == null || !check.problems().isEmpty()) {
            throw new ConfigurationException(check.problems());
        }
        built = true;
        return new AgentRuntime(config(agentId));
    }

    private SettingsCheck check() {
        SettingsCheck check = new SettingsCheck();
        check.length("id", id, 128);
        check.labels(labels);
        telemetry.checkSinkNames(check);
        session.check(check, telemetry.hasSinks());
        telemetry.check(check, session.hasTransport());
        tasks.check(check);
        requestHandlers.keySet().forEach(type -> check.length("on", type, 128));
        for (Schedule schedule : schedules.values()) {
            String type = schedule.template().type();
            if (!tasks.types.containsKey(type)) {
                check.add("schedule", "'" + schedule.name() + "' of task type '" + type + "'", "a type with a handler");
            }
        }
        check.range("shutdownTimeout", shutdownTimeout, Duration.ZERO, Duration.ofMinutes(10));
        check.addAll(repeated);
        return check;
    }

    private AgentConfig config(String agentId) {
        return new AgentConfig(
                agentId,
                Map.copyOf(labels),
                List.copyOf(session.transports),
                session.settings(),
                telemetry.config(),
                List.copyOf(telemetry.sources),
                telemetry.ownMetrics,
                telemetry.collectionDeadline,
                new LinkedHashMap<>(telemetry.logSinks),
                new LinkedHashMap<>(telemetry.metricSinks),
                telemetry.spool,
                tasks.config(),
                Map.copyOf(requestHandlers),
                List.copyOf(schedules.values()),
                scheduler,
                List.copyOf(listeners),
                shutdownTimeout,
                clock);
    }
}
