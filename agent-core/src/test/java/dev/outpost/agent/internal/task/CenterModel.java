package dev.outpost.agent.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * A control center that keeps to the protocol: sends what has not ended with every connection, takes reports once, and complains
 * about any that it must never see.
 */
final class CenterModel {

    final Map<String, TaskRequest> dispatched = new LinkedHashMap<>();
    private final Map<String, TaskStatus> newest = new HashMap<>();
    private final Map<String, List<TaskStatus>> history = new HashMap<>();
    private final Map<String, Integer> lives = new HashMap<>();
    private final List<String> cancelled = new ArrayList<>();
    final Queue<CenterMessage> toAgent = new ArrayDeque<>();

    /** Whether the agent's journal could not be written at some time. */
    boolean unsafe;

    void dispatch(TaskRequest request, boolean connected) {
        dispatched.put(request.id(), request);
        if (connected) {
            toAgent.add(new TaskDispatch(request));
        }
    }

    void cancel(String id, boolean connected) {
        cancelled.add(id);
        if (connected) {
            toAgent.add(new TaskCancel(id, "asked"));
        }
    }

    /** A connection begins. */
    void connected() {
        toAgent.clear();
        dispatched.values().stream()
                .filter(request -> !isEnded(request.id()))
                .forEach(request -> toAgent.add(new TaskDispatch(request)));
        cancelled.stream().filter(id -> !isEnded(id)).forEach(id -> toAgent.add(new TaskCancel(id, "asked")));
    }

    /** The connection has ended, with what was under way. */
    void lost() {
        toAgent.clear();
    }

    /**
     * A report has come.
     *
     * @param life which run of the agent it is from
     */
    void report(TaskStatus status, int life) {
        toAgent.add(new TaskReportAck(status.taskId(), status.revision()));
        TaskStatus last = newest.get(status.taskId());
        boolean sameLife = life == lives.getOrDefault(status.taskId(), life);
        if (last != null && (sameLife ? last.revision() >= status.revision() : isRepeated(last, status))) {
            return; // it has come before
        }
        // Revisions go on growing over lives as long as the journal can be written.
        assertThat(last == null || last.revision() < status.revision() || unsafe)
                .as("revision of %s after %s", status, last)
                .isTrue();
        lives.put(status.taskId(), life);
        history.computeIfAbsent(status.taskId(), id -> new ArrayList<>()).add(status);
        if (last != null && last.state().isFinal() && unsafe && mayForgetItsEnd(status)) {
            return; // the end was told while the journal could not be written, and forgotten in a crash
        }
        if (last != null) {
            assertThat(last.state().isFinal())
                    .as("%s after its end: %s", status, history.get(status.taskId()))
                    .isFalse();
            assertThat((unsafe && !sameLife) || canFollow(last.state(), status.state()))
                    .as("%s after %s", status.state(), history.get(status.taskId()))
                    .isTrue();
            assertThat(unsafe || status.attempt() >= last.attempt())
                    .as("attempts of %s", history.get(status.taskId()))
                    .isTrue();
        }
        newest.put(status.taskId(), status);
    }

    /** The other tasks are known to have begun, or their end is not told before it is safe. */
    private boolean mayForgetItsEnd(TaskStatus status) {
        TaskState now = status.state();
        return dispatched.get(status.taskId()).idempotent()
                || now == TaskState.INDETERMINATE
                || now == TaskState.CANCELLED;
    }

    private static boolean isRepeated(TaskStatus last, TaskStatus status) {
        return last.revision() == status.revision() && last.state() == status.state();
    }

    boolean isEnded(String id) {
        TaskStatus last = newest.get(id);
        return last != null && last.state().isFinal();
    }

    boolean allEnded() {
        return dispatched.keySet().stream().allMatch(this::isEnded);
    }

    TaskState stateOf(String id) {
        return newest.get(id).state();
    }

    List<TaskStatus> historyOf(String id) {
        return history.getOrDefault(id, List.of());
    }

    /** Whether there is a way in the table; reports that are not final may be missing after a crash. */
    private static boolean canFollow(TaskState from, TaskState to) {
        List<TaskState> seen = new ArrayList<>(List.of(from));
        for (int i = 0; i < seen.size(); i++) {
            for (TaskState next : TaskState.values()) {
                if (!seen.contains(next) && seen.get(i).permits(next)) {
                    seen.add(next);
                }
            }
        }
        return seen.contains(to);
    }
}
