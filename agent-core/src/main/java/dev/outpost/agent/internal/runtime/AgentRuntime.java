package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentException;
import dev.outpost.agent.AgentSnapshot;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.internal.base.AgentThreads;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.internal.session.Requests;
import dev.outpost.agent.internal.telemetry.SignalStats;
import dev.outpost.agent.log.Logs;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.request.RequestException;
import dev.outpost.agent.schedule.Schedules;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The agent as its host sees it: hands everything to the loops, and waits for them only where the contract says so. */
public final class AgentRuntime implements Agent {

    private static final Duration LONGEST_WAIT = Duration.ofDays(365);
    private static final Duration LONGEST_PATIENCE = Duration.ofDays(1);
    private static final Duration LONGEST_REQUEST = Duration.ofDays(1);
    private static final long EXTRA_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AgentConfig config;
    private final Counters counters = new Counters();
    private final Guard guard;
    private final Notifier notifier;
    private final StateHolder state;
    private final TelemetryStage telemetry;
    private final ControlStage control;
    private final FlushRounds flushes;
    private final Schedules schedules;
    private final Map<Long, CompletableFuture<TaskStatus>> outcomes = new ConcurrentHashMap<>();
    private final AtomicLong nextOutcome = new AtomicLong();
    private final AtomicBoolean closeBegun = new AtomicBoolean();
    private final CountDownLatch closeDone = new CountDownLatch(1);

    /** An agent that is not started. */
    public AgentRuntime(AgentConfig config) {
        this.config = config;
        ThrottledLog log = new ThrottledLog(config.clock());
        this.guard = new Guard(counters, log);
        this.notifier = new Notifier(config.listeners(), guard, counters);
        this.state = new StateHolder(config.id(), notifier);
        this.telemetry = new TelemetryStage(config, notifier, counters, log);
        this.control = new ControlStage(
                config,
                telemetry,
                state,
                notifier,
                guard,
                log,
                counters,
                new OwnMetrics(this::snapshot, this::secondsToExpiry, this::clockSkewMillis));
        this.telemetry.lanes(control.lanes());
        this.schedules = control.schedules().forHost(command -> isRunning() && control.post(command));
        this.flushes = new FlushRounds(done -> telemetry.flush(() -> control.post(() -> control.whenSafe(done))));
    }

    @Override
    public void start() {
        if (!state.move(AgentState.STARTING, "started by the host")) {
            throw new IllegalStateException("the agent is " + state.get() + "; only a new one can be started");
        }
        telemetry.start();
        control.start();
    }

    @Override
    public AgentState state() {
        return state.get();
    }

    @Override
    public Logs logs() {
        return telemetry.logs();
    }

    @Override
    public CompletableFuture<TaskStatus> submit(TaskRequest request) {
        return submit(request, Duration.ZERO, new CountDownLatch(1));
    }

    @Override
    public CompletableFuture<TaskStatus> submit(TaskRequest request, Duration patience) throws InterruptedException {
        if (patience.isNegative() || patience.compareTo(LONGEST_PATIENCE) > 0) {
            throw new IllegalArgumentException("patience is " + patience + "; allowed is PT0S to " + LONGEST_PATIENCE);
        }
        CountDownLatch answered = new CountDownLatch(1);
        CompletableFuture<TaskStatus> end = submit(request, patience, answered);
        if (!AgentThreads.isServiceThread() && !AgentThreads.isCallbackThread()) {
            answered.await();
        }
        return end;
    }

    private CompletableFuture<TaskStatus> submit(TaskRequest request, Duration patience, CountDownLatch answered) {
        CompletableFuture<TaskStatus> end = new CompletableFuture<>();
        long number = nextOutcome.incrementAndGet();
        outcomes.put(number, end);
        var unused = end.whenComplete((status, failure) -> answered.countDown());
        boolean posted = isRunning()
                && control.post(() -> control.tasks().submitWhenRoom(request, TaskOrigin.HOST, patience, status -> {
                    answered.countDown();
                    if (status.state().isFinal()) {
                        outcomes.remove(number);
                        notifier.complete(() -> end.complete(status));
                    }
                }));
        if (!posted) {
            outcomes.remove(number);
            failOutcome(end);
        }
        return end;
    }

    private void failOutcome(CompletableFuture<TaskStatus> outcome) {
        outcome.completeExceptionally(new AgentException("the agent is " + state.get() + " and takes no tasks"));
    }

    @Override
    public void cancel(String taskId, String reason) {
        if (isRunning()) {
            control.post(() -> control.tasks().cancel(taskId, reason));
        }
    }

    @Override
    public Schedules schedules() {
        return schedules;
    }

    @Override
    public boolean emit(String type, Map<String, String> attributes) {
        return control.schedules().emit(type, attributes, isRunning());
    }

    @Override
    public CompletableFuture<Body> request(String type, Body body, Duration timeout) {
        if (type.isEmpty() || type.length() > Request.MAX_TYPE_LENGTH) {
            throw new IllegalArgumentException("type has " + type.length() + " characters; allowed are 1 to 128");
        }
        if (body.bytes().remaining() > Body.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "body has " + body.bytes().remaining() + " bytes; allowed are " + Body.MAX_BYTES);
        }
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST_REQUEST) > 0) {
            throw new IllegalArgumentException("timeout is " + timeout + "; allowed is up to " + LONGEST_REQUEST);
        }
        CompletableFuture<Body> answer = new CompletableFuture<>();
        Requests.Asked asked = new Requests.Asked(
                type, body, timeout, (found, failure) -> notifier.complete(() -> settle(answer, found, failure)));
        if (!isRunning() || !control.post(() -> control.request(asked))) {
            answer.completeExceptionally(new RequestException(
                    RequestException.Reason.UNAVAILABLE, "the agent is " + state.get() + " and asks nobody"));
        }
        return answer;
    }

    private static void settle(
            CompletableFuture<Body> answer, @Nullable Body found, @Nullable RequestException failure) {
        if (failure != null) {
            answer.completeExceptionally(failure);
        } else {
            answer.complete(found == null ? Body.empty() : found);
        }
    }

    @Override
    public void reconnectNow() {
        if (isRunning()) {
            control.post(control::reconnectNow);
        }
    }

    private boolean isRunning() {
        AgentState now = state.get();
        return now == AgentState.STARTING || now == AgentState.ONLINE || now == AgentState.OFFLINE;
    }

    @Override
    public boolean flush(Duration timeout) {
        if (!isRunning()) {
            return false;
        }
        try {
            return flushes.ask().get(saturatedNanos(timeout), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting until telemetry is safe cannot fail", e);
        }
    }

    private static long saturatedNanos(Duration timeout) {
        return timeout.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT.toNanos() : timeout.toNanos();
    }

    @Override
    public AgentSnapshot snapshot() {
        AgentState now = state.get();
        List<LaneSnapshot> lanes = control.lanes().stream()
                .map(lane -> Account.of(lane, statsOf(lane)))
                .map(account -> now == AgentState.CLOSED ? Account.closed(account) : account)
                .toList();
        return new AgentSnapshot(
                now,
                state.degraded(),
                lanes,
                control.tasks().queuedCount(),
                control.tasks().runningCount(),
                counters.snapshot());
    }

    private OptionalLong secondsToExpiry() {
        return control.secondsToExpiry();
    }

    private OptionalLong clockSkewMillis() {
        return control.clockSkewMillis();
    }

    private SignalStats statsOf(Lane lane) {
        return lane.signal() == Signal.LOGS ? telemetry.logStats() : telemetry.metricStats();
    }

    @Override
    public void close() {
        boolean interrupted = false;
        if (closeBegun.compareAndSet(false, true)) {
            interrupted = new Closing().run();
            closeDone.countDown();
        } else {
            try {
                closeDone.await(config.shutdownTimeout().toNanos() + EXTRA_NANOS, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One walk through the stages in the order of the flow, all within one deadline. */
    private final class Closing {

        private final long deadline =
                ControlStage.REAL_TIME.nanoTime() + config.shutdownTimeout().toNanos();
        private boolean interrupted;

        boolean run() {
            if (state.move(AgentState.CLOSED, "closed before it was started")) {
                control.closeUnstarted();
            } else {
                state.move(AgentState.DRAINING, "closed by the host");
                drain();
                control.stop();
                telemetry.stop();
                await(nanos -> control.join(nanos));
                await(nanos -> telemetry.join(nanos));
                state.move(AgentState.CLOSED, "all delivered or given up");
            }
            control.lanes()
                    .forEach(lane ->
                            lane.dropRest(Account.of(lane, statsOf(lane)).inMemory()));
            outcomes.values().forEach(AgentRuntime.this::failOutcome);
            await(control::closeParts);
            notifier.close();
            if (!await(notifier::awaitEnd)) {
                notifier.interrupt();
            }
            return interrupted;
        }

        private void drain() {
            CountDownLatch drained = new CountDownLatch(1);
            control.post(() -> control.drain(config.shutdownTimeout(), drained::countDown));
            if (!await(nanos -> drained.await(nanos, TimeUnit.NANOSECONDS))) {
                counters.counter("close.deadline").increment();
            }
            telemetry.closeIntake();
            CountDownLatch ended = new CountDownLatch(1);
            control.post(() -> {
                control.end();
                ended.countDown();
            });
            await(nanos -> ended.await(nanos, TimeUnit.NANOSECONDS));
        }

        private boolean await(Waiting waiting) {
            try {
                long left = interrupted ? 0 : deadline - ControlStage.REAL_TIME.nanoTime();
                return waiting.await(Math.max(left, EXTRA_NANOS / 5));
            } catch (InterruptedException e) {
                interrupted = true;
                return false;
            }
        }
    }

    @FunctionalInterface
    private interface Waiting {
        boolean await(long nanos) throws InterruptedException;
    }
}
