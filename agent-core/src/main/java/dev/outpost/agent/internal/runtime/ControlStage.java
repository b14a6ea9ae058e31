package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.AgentState;
import dev.outpost.agent.internal.base.AgentThreads;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.LoopThread;
import dev.outpost.agent.internal.base.ParkUntilWoken;
import dev.outpost.agent.internal.base.SystemClock;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.internal.metric.Sampler;
import dev.outpost.agent.internal.metric.SourceEntry;
import dev.outpost.agent.internal.request.RequestDesk;
import dev.outpost.agent.internal.schedule.ScheduleBook;
import dev.outpost.agent.internal.session.Requests;
import dev.outpost.agent.internal.task.ReportBook;
import dev.outpost.agent.internal.task.TaskEngine;
import dev.outpost.agent.internal.task.TaskTypes;
import dev.outpost.agent.internal.task.TaskWorkers;
import dev.outpost.agent.metric.MetricSource;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Everything that belongs to the control loop, and the loop. All methods but {@link #post} and those that say otherwise are
 * called on it.
 */
final class ControlStage {

    /** Closing waits for threads, which a clock moved by hand does not make faster. */
    static final AgentClock REAL_TIME = new SystemClock();

    private static final int INBOX_SLOTS = 4_096;
    private static final long EXTRA_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration HEALTH_CHECK = Duration.ofSeconds(1);

    private final AgentConfig config;
    private final StateHolder state;
    private final Guard guard;
    private final Counters counters;
    private final AgentClock clock;
    private final Timers timers = new Timers();
    private final ParkUntilWoken idle;
    private final Inbox inbox;
    private final LoopThread thread;
    private final LaneSet lanes;
    private final TaskWorkers ownPool;
    private final AgentJournal journal;
    private final TaskEngine tasks;
    private final ScheduleBook schedules;
    private final CallbackThread polls;
    private final Sampler sampler;
    private final RequestDesk desk;
    private final CenterContact center;
    private final Draining draining;
    private final Health health;
    private boolean begun;

    ControlStage(
            AgentConfig config,
            TelemetryStage telemetry,
            StateHolder state,
            Notifier notifier,
            Guard guard,
            ThrottledLog log,
            Counters counters,
            MetricSource ownMetrics) {
        this.config = config;
        this.state = state;
        this.guard = guard;
        this.counters = counters;
        this.clock = config.clock();
        RandomGenerator random = new SplittableRandom();
        idle = new ParkUntilWoken(() -> timers.nanosToNext(clock.nanoTime()));
        inbox = new Inbox(INBOX_SLOTS, idle);
        idle.lookAtBeforeParking(() -> !inbox.isEmpty());
        thread = new LoopThread("control", this::doWork, idle, log);

        lanes = makeLanes(random, log);
        ReportBook reports = new ReportBook(!config.transports().isEmpty(), counters);
        AgentConfig.Tasks ofTasks = config.tasks();
        ownPool = new TaskWorkers(ofTasks.workers(), ofTasks.threads(), counters); // starts no thread of itself
        TaskExecutor usual = ofTasks.executor() == null ? ownPool : ofTasks.executor();
        journal = new AgentJournal(ofTasks.journal(), timers, inbox, clock, counters);
        tasks = new TaskEngine(
                ofTasks.settings(),
                new TaskTypes(ofTasks.types(), usual),
                journal.forParts(),
                reports,
                status -> notifier.tell(listener -> listener.onTaskStatus(status)),
                telemetry.logs(),
                guard,
                timers,
                inbox,
                clock,
                this::centerAheadNanos,
                random,
                counters);
        polls = new CallbackThread("poll", new LinkedBlockingQueue<>(), counters.counter("schedules.polls.dropped"));
        schedules = new ScheduleBook(
                config.id(),
                config.schedules(),
                config.scheduler(),
                config.tasks().types()::containsKey,
                polls::execute,
                tasks,
                journal.forParts(),
                timers,
                inbox,
                clock,
                guard,
                log,
                counters);
        sampler = new Sampler(
                sources(config, ownMetrics),
                telemetry.metrics(),
                config.collectionDeadline(),
                timers,
                clock,
                guard,
                log,
                counters);
        desk = new RequestDesk(config.requestHandlers(), clock, guard, counters);
        center = new CenterContact(
                config.transports(),
                config.session(),
                () -> new CenterSide(
                        config, telemetry, state, lanes, tasks, schedules, journal.forParts(), desk, sampler, inbox),
                new ReportsInTurn(new Reports(reports, tasks), schedules.reports()),
                lanes.ofCenter(),
                timers,
                inbox,
                clock,
                random,
                guard,
                log,
                counters);
        draining = new Draining(
                tasks, schedules, sampler, telemetry, lanes, reports, journal.forParts(), center, timers, inbox, clock);
        health = new Health(sampler, ownPool, schedules, lanes, journal, tasks, center);
    }

    private static List<SourceEntry> sources(AgentConfig config, MetricSource own) {
        List<SourceEntry> all = new ArrayList<>(config.sources());
        boolean wanted = !config.transports().isEmpty() || !config.metricSinks().isEmpty();
        if (wanted && !config.ownMetrics().isZero()) {
            all.add(new SourceEntry(own, own.name(), config.ownMetrics(), false));
        }
        return all;
    }

    private LaneSet makeLanes(RandomGenerator random, ThrottledLog log) {
        return new LaneSet(config, timers, inbox, clock, random, guard, log, counters);
    }

    private int doWork() {
        int work = inbox.drain();
        work += timers.fire(clock.nanoTime());
        work += center.pump();
        return work + lanes.pump();
    }

    // ---- from any thread ------------------------------------------------------------------------------------------

    /** Runs {@code command} on the loop; false when the loop has ended. */
    boolean post(Runnable command) {
        return inbox.post(command);
    }

    List<Lane> lanes() {
        return lanes.all();
    }

    TaskEngine tasks() {
        return tasks;
    }

    ScheduleBook schedules() {
        return schedules;
    }

    void start() {
        inbox.post(() -> {
            lanes.start();
            if (center.exists()) {
                tasks.connected(false);
            } else {
                state.move(AgentState.OFFLINE, "has no control center");
            }
            boolean remembers = journal.open(entries -> {
                tasks.restore(entries);
                begin(entries);
            });
            if (!remembers) {
                begin(Map.of());
            }
            center.watchSurroundings();
            sampler.start();
            checkHealth();
        });
        thread.start();
    }

    /** The hello says what the journal knows: so that is read first, unless the disk does not give it. */
    private void begin(Map<String, byte[]> remembered) {
        schedules.start(remembered);
        if (!begun) {
            center.connect();
        }
        begun = true;
    }

    void stop() {
        inbox.close();
        thread.stop();
    }

    boolean join(long nanos) throws InterruptedException {
        return thread.join(nanos);
    }

    /**
     * Closes what was given to the builder, after the loop has ended; on a thread of its own, which is left behind if the
     * host's code hangs.
     */
    boolean closeParts(long nanos) throws InterruptedException {
        long end = REAL_TIME.nanoTime() + nanos;
        Thread closer = AgentThreads.newThread("closer", () -> {
            for (Transport transport : config.transports()) {
                guard.run("transport", transport::close);
            }
            guard.run("metric sources", () -> sampler.closeSources(nanos));
        });
        closer.start();
        ownPool.close(); // beside an executor of the host's own it has nothing to do, and nobody else closes it
        TimeUnit.NANOSECONDS.timedJoin(closer, nanos + EXTRA_NANOS);
        boolean ended = ownPool.awaitEnd(end - REAL_TIME.nanoTime());
        ended &= journal.awaitEnd(end - REAL_TIME.nanoTime());
        ended &= desk.awaitEnd(end - REAL_TIME.nanoTime());
        ended &= polls.awaitEnd(end - REAL_TIME.nanoTime());
        ended &= lanes.awaitEnd(end - REAL_TIME.nanoTime());
        return ended && !closer.isAlive();
    }

    /** Ends an agent whose loop never ran; on the closing thread. */
    void closeUnstarted() {
        tasks.close();
        ownPool.close();
        journal.close();
        desk.close();
        polls.close();
        lanes.close();
    }

    // ---- on the loop ----------------------------------------------------------------------------------------------

    void reconnectNow() {
        center.reconnectNow();
    }

    /** Asks the control center; the answer comes on the loop. */
    void request(Requests.Asked asked) {
        center.request(asked);
    }

    /** Seconds until a certificate of this agent expires; empty without one. Any thread. */
    OptionalLong secondsToExpiry() {
        return center.secondsToExpiry();
    }

    /** How far the control center's clock is ahead, in milliseconds; any thread. */
    OptionalLong clockSkewMillis() {
        return center.clockSkewMillis();
    }

    /** Runs {@code done} when all that the lanes hold now is delivered or on disk, with whether all of it is. */
    void whenSafe(Consumer<Boolean> done) {
        lanes.whenSafe(done);
    }

    /** Finishes what is under way, as far as {@code time} allows; {@code done} runs when that is over. Once. */
    void drain(Duration time, Runnable done) {
        draining.begin(time, done);
    }

    private long centerAheadNanos() {
        return center.aheadNanos();
    }

    /** Ends all stages; what is still held is dropped and counted. */
    void end() {
        begun = true; // a journal that is read only now comes too late
        schedules.close();
        sampler.close();
        tasks.close(); // first: what it reports may still go
        journal.close();
        desk.close();
        polls.interrupt();
        center.close("the agent is closing");
        lanes.close();
    }

    private void checkHealth() {
        Set<String> problems = health.problems();
        tasks.tend();
        if (!begun && !journal.isBeingRead()) {
            begin(Map.of());
        }
        state.degraded(problems);
        timers.schedule(clock.nanoTime() + HEALTH_CHECK.toNanos(), this::checkHealth);
    }
}
