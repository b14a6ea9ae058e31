package dev.outpost.center.internal;

import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.CenterException;
import dev.outpost.center.RollOut;
import dev.outpost.center.RollOutPlan;
import dev.outpost.center.RollOutStatus;
import dev.outpost.center.TaskHandle;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** What is around the {@link RollOutMachine}: its turn, its alarm clock, and those who watch. */
final class RollOutRun implements RollOut {

    private final TaskRequest template;
    private final RollOutPlan plan;
    private final Function<String, ? extends TaskHandle> dispatch;
    private final Workers workers;
    private final RollOutMachine machine; // belongs to the turn, as the next two do
    private OptionalLong alarmAt = OptionalLong.empty();
    private @Nullable Future<?> alarm;
    private final SerialExecutor turn;
    private final SerialExecutor callbacks;
    private final Map<String, TaskHandle> tasks = Collections.synchronizedMap(new LinkedHashMap<>());
    private final List<Consumer<RollOutStatus>> watchers = new CopyOnWriteArrayList<>();
    private final CompletableFuture<RollOutStatus> outcome = new CompletableFuture<>();
    private volatile RollOutStatus status;

    RollOutRun(
            TaskRequest template,
            RollOutPlan plan,
            List<AgentInfo> agents,
            Function<String, ? extends TaskHandle> dispatch,
            Workers workers) {
        this.template = template;
        this.plan = plan;
        this.dispatch = dispatch;
        this.workers = workers;
        this.machine = new RollOutMachine(template.id(), plan, inOrder(template.id(), agents));
        this.turn = SerialExecutor.onWorkers(workers, "roll-out");
        this.callbacks = SerialExecutor.ofCallbacks(workers, () -> {});
        this.status = machine.status();
    }

    /** Those connected first; otherwise by chance, but always the same for the same ids. */
    static List<String> inOrder(String id, List<AgentInfo> agents) {
        Map<String, byte[]> chance = new HashMap<>();
        agents.forEach(agent -> chance.put(agent.id(), TaskIds.sha256(id + "/" + agent.id())));
        return agents.stream()
                .sorted(Comparator.comparing(AgentInfo::connection) // CONNECTED is before LOST
                        .thenComparing(agent -> chance.getOrDefault(agent.id(), new byte[0]), Arrays::compareUnsigned))
                .map(AgentInfo::id)
                .toList();
    }

    void start() {
        input(machine::start);
    }

    @Override
    public TaskRequest template() {
        return template;
    }

    @Override
    public RollOutPlan plan() {
        return plan;
    }

    @Override
    public RollOutStatus status() {
        return status;
    }

    @Override
    public Map<String, TaskHandle> tasks() {
        synchronized (tasks) {
            return Collections.unmodifiableMap(new LinkedHashMap<>(tasks));
        }
    }

    @Override
    public void watch(Consumer<RollOutStatus> watcher) {
        turn.execute(
                () -> { // so that no change comes between the present and the list
                    RollOutStatus now = status;
                    watchers.add(watcher);
                    callbacks.execute(() -> watcher.accept(now));
                });
    }

    @Override
    public CompletableFuture<RollOutStatus> outcome() {
        return outcome;
    }

    @Override
    public void pause() {
        input(machine::pause);
    }

    @Override
    public void resume() {
        input(machine::resume);
    }

    @Override
    public void stop(String reason, boolean cancel) {
        input(now -> machine.stop(reason, cancel));
    }

    void centerClosed() {
        outcome.completeExceptionally(
                new CenterException("the control center has closed; what has begun goes on at the agents"));
    }

    private void input(LongFunction<RollOutMachine.Orders> what) {
        turn.execute(() -> {
            RollOutMachine.Orders orders = what.apply(System.nanoTime());
            RollOutStatus now = machine.status();
            boolean changed = !now.equals(status);
            status = now;
            if (changed) {
                watchers.forEach(watcher -> callbacks.execute(() -> watcher.accept(now)));
                if (now.state().isFinal()) {
                    callbacks.execute(() -> outcome.complete(now));
                }
            }
            setAlarm();
            orders.begin().forEach(this::begin);
            if (orders.cancel()) {
                tasks().values()
                        .forEach(task -> task.cancel("roll-out " + template.id() + " was stopped: " + now.reason()));
            }
        });
    }

    private void begin(String agentId) {
        TaskHandle task = dispatch.apply(agentId);
        tasks.put(agentId, task);
        task.watch(report -> input(now -> machine.reported(now, agentId, report.state())));
        var unused = task.outcome().whenComplete((end, lost) -> {
            if (lost != null) { // no report will come
                input(now -> machine.reported(now, agentId, TaskState.INDETERMINATE));
            }
        });
    }

    private RollOutMachine.Orders ring(long now) {
        alarmAt = OptionalLong.empty();
        return machine.tick(now);
    }

    private void setAlarm() {
        OptionalLong wake = machine.wake();
        if (!wake.equals(alarmAt)) {
            if (alarm != null) {
                alarm.cancel(false);
            }
            alarmAt = wake;
            alarm = wake.isEmpty()
                    ? null
                    : workers.after(
                            Duration.ofNanos(Math.max(0, wake.getAsLong() - System.nanoTime())),
                            () -> input(this::ring));
        }
    }
}
