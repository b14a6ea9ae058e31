package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.CenterException;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What is kept of an agent as long as the control center lives: it outlives connections. Guarded by itself. */
final class AgentEntry {

    private static final int MOST_TASKS = 10_000;

    private final String id;
    private final Clock clock;
    private final SerialExecutor callbacks;
    private final Map<String, DispatchedTask> tasks = new LinkedHashMap<>();
    private final Map<String, Long> revisions = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST_TASKS;
        }
    };
    private @Nullable AgentSession session;
    private Hello hello;
    private @Nullable Heartbeat heartbeat;
    private String address = "";
    private Instant since;
    private Instant lastHeard;

    AgentEntry(Hello hello, Clock clock, Workers workers) {
        this.id = hello.agentId();
        this.hello = hello;
        this.clock = clock;
        this.callbacks = new SerialExecutor(workers, this::relieved);
        this.since = clock.instant();
        this.lastHeard = since;
    }

    /** Where callbacks about this agent run, in order. */
    Executor callbacks() {
        return callbacks;
    }

    /** Whether more callbacks wait than the agent should be allowed to cause. */
    boolean isBehind() {
        return callbacks.isLong();
    }

    private void relieved() {
        AgentSession present;
        synchronized (this) {
            present = session;
        }
        if (present != null) {
            present.letIn(0);
        }
    }

    synchronized AgentInfo info() {
        return new AgentInfo(
                id,
                hello.instanceId(),
                hello.agentVersion(),
                hello.labels(),
                hello.taskTypes(),
                session == null ? AgentInfo.Connection.LOST : AgentInfo.Connection.CONNECTED,
                address,
                since,
                lastHeard,
                heartbeat);
    }

    /**
     * A connection of the agent is let in. It is told so first, and then what it has to do: whoever sees the welcome can
     * dispatch, and no task goes before it.
     *
     * @return the connection before it, if any, to be closed
     */
    synchronized Optional<AgentSession> connected(AgentSession now, Hello newHello, Welcome welcome) {
        now.outbound().send(welcome, 1);
        AgentSession before = session;
        session = now;
        if (!hello.instanceId().equals(newHello.instanceId())) {
            revisions.clear(); // a new run of the agent counts its reports anew
        }
        hello = newHello;
        address = now.address();
        since = clock.instant();
        lastHeard = since;
        tasks.values().forEach(task -> task.sendTo(now.outbound()));
        return Optional.ofNullable(before);
    }

    /** A connection has ended; false when it was not the present one. */
    synchronized boolean lost(AgentSession ended) {
        if (session != ended) {
            return false;
        }
        session = null;
        since = clock.instant();
        return true;
    }

    /** The connection that is let in now. */
    synchronized Optional<AgentSession> session() {
        return Optional.ofNullable(session);
    }

    synchronized void heartbeat(Heartbeat newest) {
        heartbeat = newest;
        lastHeard = clock.instant();
    }

    synchronized DispatchedTask dispatch(TaskRequest request) {
        DispatchedTask known = tasks.get(request.id());
        if (known != null) {
            return known;
        }
        if (tasks.size() >= MOST_TASKS) {
            throw new CenterException("agent '" + id + "' has " + tasks.size() + " tasks that have not ended");
        }
        DispatchedTask task = new DispatchedTask(this, id, request);
        tasks.put(request.id(), task);
        revisions.remove(request.id()); // a task that had ended is reported as it stood then, and that is news here
        if (session != null) {
            session.outbound().send(new TaskDispatch(request), 0);
        }
        return task;
    }

    synchronized void cancel(DispatchedTask task, String reason) {
        if (session != null && tasks.get(task.request().id()) == task) {
            session.outbound().send(new TaskCancel(task.request().id(), reason), 0);
        }
    }

    /**
     * A report has come.
     *
     * @return whether it is news
     */
    synchronized boolean reported(TaskStatus status) {
        lastHeard = clock.instant();
        Long known = revisions.get(status.taskId());
        if (known != null && known >= status.revision()) {
            return false;
        }
        revisions.put(status.taskId(), status.revision());
        DispatchedTask task = tasks.get(status.taskId());
        if (task != null) {
            task.reported(status);
            if (status.state().isFinal()) {
                tasks.remove(status.taskId());
            }
        }
        return true;
    }

    synchronized List<DispatchedTask> unfinished() {
        return List.copyOf(tasks.values());
    }
}
