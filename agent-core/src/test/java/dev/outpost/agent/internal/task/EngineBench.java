package dev.outpost.agent.internal.task;

import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.fixture.NoWaiting;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.internal.journal.NoJournal;
import dev.outpost.agent.internal.telemetry.DurableRecord;
import dev.outpost.agent.internal.telemetry.LogPublisher;
import dev.outpost.agent.internal.telemetry.SignalStats;
import dev.outpost.agent.internal.telemetry.TelemetryRing;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.task.ClosePolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskOptions;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;

/** A task engine with everything around it turned by hand. Handlers do what {@link #handler} is at the moment. */
public final class EngineBench {

    /** How long an attempt may take. */
    public static final Duration ATTEMPT_TIMEOUT = Duration.ofMinutes(1);

    static final Duration GRACE = Duration.ofSeconds(5);
    static final RetryPolicy RETRY = new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofSeconds(10));
    static final int QUEUE_CAPACITY = 3;

    /** Time. */
    public final ManualClock clock = new ManualClock();

    /** The loop's timers. */
    public final Timers timers = new Timers();

    /** The loop's inbox. */
    public final Inbox inbox = new Inbox(256, new NoWaiting());

    /** What is counted. */
    public final Counters counters = new Counters();

    /** Runs what others wrote. */
    public final Guard guard = new Guard(counters, new ThrottledLog(clock));

    /** All reports, in order. */
    public final List<TaskStatus> reports = new ArrayList<>();

    final FakeExecutor executor;
    final ReportBook book = new ReportBook(true, counters);
    final TelemetryRing ring = new TelemetryRing(64, new NoWaiting());
    TaskHandler handler = (task, context) -> TaskResult.succeeded();
    long centerAheadNanos;

    /** The engine; it has handlers for the types "work" and "other". */
    public final TaskEngine engine;

    /** A bench with one slot. */
    public EngineBench() {
        this(1, new SplittableRandom(1));
    }

    EngineBench(int slots, SplittableRandom random) {
        this(slots, random, bench -> new NoJournal(), TaskOptions.defaults());
    }

    EngineBench(int slots, SplittableRandom random, Function<EngineBench, Journal> journal, TaskOptions options) {
        this(slots, random, journal, options, QUEUE_CAPACITY, ClosePolicy.KEEP);
    }

    EngineBench(
            int slots,
            SplittableRandom random,
            Function<EngineBench, Journal> journal,
            TaskOptions options,
            int capacity,
            ClosePolicy onClose) {
        executor = new FakeExecutor(slots);
        LogPublisher logs = new LogPublisher(
                ring,
                new SignalStats("logs", ring::claimed, counters),
                clock,
                OverflowPolicy.dropNewest(),
                10_000,
                () -> true,
                future -> new DurableRecord(future, 1, Runnable::run));
        TaskHandler present = (task, context) -> handler.handle(task, context);
        engine = new TaskEngine(
                new TaskSettings(capacity, ATTEMPT_TIMEOUT, RETRY, GRACE, 1_000, 20, onClose),
                new TaskTypes(
                        Map.of(
                                "work",
                                new TaskTypes.Definition(present, options),
                                "other",
                                new TaskTypes.Definition(present, TaskOptions.defaults())),
                        executor),
                journal.apply(this),
                book,
                reports::add,
                logs,
                guard,
                timers,
                inbox,
                clock,
                () -> centerAheadNanos,
                random,
                counters);
    }

    /** Lets the loop do what there is to do now. */
    public void turn() {
        int work;
        do {
            work = inbox.drain() + timers.fire(clock.nanoTime());
        } while (work > 0);
    }

    /** Lets time pass, and the loop do what becomes due. */
    public void advance(Duration time) {
        clock.advance(time);
        turn();
    }

    /** Lets the oldest running attempt end. */
    public void finishOne() {
        executor.only().finish();
        turn();
    }

    /** The states reported for a task, in order. */
    public List<TaskState> statesOf(String id) {
        return reports.stream()
                .filter(report -> report.taskId().equals(id))
                .map(TaskStatus::state)
                .toList();
    }

    /** The newest report on a task. */
    public TaskStatus last(String id) {
        Map<String, TaskStatus> newest = new HashMap<>();
        reports.forEach(report -> newest.put(report.taskId(), report));
        return Objects.requireNonNull(newest.get(id), () -> "no report on " + id);
    }

    void submit(String id) {
        engine.submit(request(id).build(), TaskOrigin.HOST);
        turn();
    }

    static TaskRequest.Builder request(String id) {
        return TaskRequest.of("work").id(id);
    }
}
