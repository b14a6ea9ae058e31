package dev.outpost.center.internal;

import dev.outpost.agent.task.TaskState;
import dev.outpost.center.RollOutPlan;
import dev.outpost.center.RollOutStatus;
import dev.outpost.center.RollOutStatus.State;
import dev.outpost.center.TaskCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Decides what a roll-out does next, from what it is told and when: nanoseconds of one monotonic clock that never go back. Each
 * input is answered with what is to be done. Not thread-safe.
 */
final class RollOutMachine {

    private final String id;
    private final RollOutPlan plan;
    private final List<String> agents;
    private final Map<String, TaskState> known = new HashMap<>(); // of those begun and reported
    private final Map<TaskState, Integer> byState = new EnumMap<>(TaskState.class);
    private State state = State.RUNNING;
    private String reason = "";
    private boolean paused;
    private long pausedAt;
    private int stage;
    private int begun;
    private int ended;
    private int failures;
    private long stageEnds;
    private long soaksUntil;

    /**
     * What is to be done.
     *
     * @param begin agents to be given their task now
     * @param cancel whether all tasks under way are to be cancelled
     */
    record Orders(List<String> begin, boolean cancel) {

        static final Orders NONE = new Orders(List.of(), false);
    }

    /** A roll-out to agents in this order. */
    RollOutMachine(String id, RollOutPlan plan, List<String> agents) {
        this.id = id;
        this.plan = plan;
        this.agents = List.copyOf(agents);
    }

    RollOutStatus status() {
        return new RollOutStatus(
                id,
                state,
                paused,
                stage,
                plan.stages().size() + 1,
                begun,
                new TaskCounts(agents.size(), byState),
                reason);
    }

    /** When it wants to hear of the time, if at all. */
    OptionalLong wake() {
        if (paused || state.isFinal()) {
            return OptionalLong.empty();
        }
        if (state == State.SOAKING) {
            return OptionalLong.of(soaksUntil);
        }
        return plan.stageTimeout() == null ? OptionalLong.empty() : OptionalLong.of(stageEnds);
    }

    Orders start(long now) {
        if (agents.isEmpty()) {
            state = State.COMPLETED;
            return Orders.NONE;
        }
        return new Orders(beginStage(now), false);
    }

    /** An agent has reported its task. Whoever has not begun or has ended says nothing new. */
    Orders reported(long now, String agentId, TaskState is) {
        TaskState was = known.get(agentId);
        if (was == is || (was != null && was.isFinal())) {
            return Orders.NONE;
        }
        known.put(agentId, is);
        if (was != null) {
            byState.merge(was, -1, (count, less) -> count + less == 0 ? null : count + less);
        }
        byState.merge(is, 1, Integer::sum);
        if (is.isFinal()) {
            ended++;
            failures += isFailure(is) ? 1 : 0;
        }
        return advance(now);
    }

    private static boolean isFailure(TaskState end) {
        return end != TaskState.SUCCEEDED && end != TaskState.SKIPPED && end != TaskState.EXPIRED;
    }

    Orders tick(long now) {
        return advance(now);
    }

    Orders pause(long now) {
        if (!paused) {
            paused = true;
            pausedAt = now;
        }
        return Orders.NONE;
    }

    Orders resume(long now) {
        if (paused) {
            paused = false;
            stageEnds += now - pausedAt;
        }
        return advance(now);
    }

    Orders stop(String why, boolean cancel) {
        if (!state.isFinal()) {
            state = State.STOPPED;
            reason = why;
            return new Orders(List.of(), cancel);
        }
        return new Orders(List.of(), cancel && state == State.STOPPED);
    }

    private Orders advance(long now) {
        if (state.isFinal()) {
            return Orders.NONE;
        }
        if (failures > plan.mostFailures()) {
            return stop(failures + " failures; allowed are " + plan.mostFailures(), plan.cancelOnStop());
        }
        if (ended >= plan.leastEnded() && failures > plan.mostFailureRate() * ended) {
            String rate = failures + " failures among " + ended + " ends; allowed is a rate of ";
            return stop(rate + plan.mostFailureRate(), plan.cancelOnStop());
        }
        if (ended == agents.size()) {
            state = State.COMPLETED;
            return Orders.NONE;
        }
        if (state == State.RUNNING && ended == begun) {
            state = State.SOAKING;
            soaksUntil = now + nanos(plan.soak());
        }
        if (paused) {
            return Orders.NONE;
        }
        if (state == State.SOAKING) {
            return now - soaksUntil >= 0 ? new Orders(beginStage(now), false) : Orders.NONE;
        }
        if (plan.stageTimeout() != null && now - stageEnds >= 0) {
            return stop("stage " + stage + " took longer than " + plan.stageTimeout(), plan.cancelOnStop());
        }
        return Orders.NONE;
    }

    private List<String> beginStage(long now) {
        int upTo = begun;
        while (upTo == begun) { // a stage that adds nobody is left out; the last one has all
            stage++;
            int all = agents.size();
            upTo = stage > plan.stages().size()
                    ? all
                    : Math.max(begun, plan.stages().get(stage - 1).upTo(all));
        }
        List<String> next = new ArrayList<>(agents.subList(begun, upTo));
        begun = upTo;
        state = State.RUNNING;
        Duration timeout = plan.stageTimeout();
        stageEnds = timeout == null ? now : now + nanos(timeout);
        return next;
    }

    /** As nanoseconds, a century at most: what is longer does not fit. */
    private static long nanos(Duration duration) {
        Duration most = Duration.ofDays(36_500);
        return (duration.compareTo(most) < 0 ? duration : most).toNanos();
    }
}
