package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.store.AgentRecord;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an agent as long as the control center lives: it outlives connections. Guarded by itself.
 *
 * <p>What is stored, and what is sent of tasks and schedules, has its place in the agent's turn; see {@link TaskTurn}.
 */
final class AgentEntry {

    private final String id;
    private final CenterParts parts;
    private final SerialExecutor callbacks;
    private final SerialExecutor turn;
    private final TaskBook tasks;
    private final PushedSchedules schedules;
    private AgentRecord record;
    private @Nullable AgentSession session;

    /** Which memory the agent's reports come from. */
    private String memory = "";

    private String scheduleVersion = "";
    private @Nullable Heartbeat heartbeat;
    private Instant lastHeard;

    /** An agent as it was known last. */
    AgentEntry(AgentRecord known, CenterParts parts) {
        this.id = known.id();
        this.parts = parts;
        this.record = known;
        this.lastHeard = known.since();
        this.callbacks = SerialExecutor.ofCallbacks(parts.workers(), this::relieved);
        this.turn = SerialExecutor.ofStores(parts.workers(), parts.storesMayBlock(), this::relieved);
        this.tasks = new TaskBook(this, parts, turn);
        this.schedules = new PushedSchedules(this, parts, turn);
        schedules.restore(known.schedules());
    }

    String id() {
        return id;
    }

    TaskBook tasks() {
        return tasks;
    }

    PushedSchedules schedules() {
        return schedules;
    }

    /** Where callbacks about this agent run, in order. */
    Executor callbacks() {
        return callbacks;
    }

    /** Whether more waits than the agent should be allowed to cause. */
    boolean isBehind() {
        return callbacks.isLong() || turn.isLong();
    }

    private void relieved() {
        session().ifPresent(present -> present.letIn(0));
    }

    synchronized AgentInfo info() {
        return new AgentInfo(
                record.id(),
                record.instanceId(),
                record.version(),
                record.labels(),
                record.taskTypes(),
                session == null ? AgentInfo.Connection.LOST : AgentInfo.Connection.CONNECTED,
                record.address(),
                record.since(),
                lastHeard,
                heartbeat);
    }

    /**
     * A connection of the agent is let in. It is told so first, and then what it has to do: whoever sees the welcome can
     * dispatch, and no task goes before it.
     *
     * @return the connection before it, if any, to be closed
     */
    Optional<AgentSession> connected(AgentSession now, Hello hello, Welcome welcome) {
        AgentSession before;
        synchronized (this) {
            now.outbound().send(welcome, 1);
            before = session;
            session = now;
            memory = AgentMemory.of(hello);
            scheduleVersion = hello.scheduleVersion();
            lastHeard = parts.clock().instant();
            record = new AgentRecord(
                    hello.agentId(),
                    hello.instanceId(),
                    hello.agentVersion(),
                    hello.labels(),
                    hello.taskTypes(),
                    now.address(),
                    lastHeard,
                    record.schedules());
        }
        turn.execute(this::settle);
        return Optional.ofNullable(before);
    }

    /** A connection has ended; false when it was not the present one. */
    boolean lost(AgentSession ended) {
        synchronized (this) {
            if (session != ended) {
                return false;
            }
            session = null;
            record = record.asOf(parts.clock().instant());
        }
        turn.execute(this::settle);
        return true;
    }

    /** In turn: acts on what the connection is now, however often it has changed. */
    private void settle() {
        AgentSession present;
        AgentRecord known;
        String counting;
        String version;
        synchronized (this) {
            present = session;
            known = record;
            counting = memory;
            version = scheduleVersion;
        }
        tasks.settle(present, counting);
        schedules.settle(present, version);
        parts.workers().guard("agent store", () -> parts.agents().put(known));
    }

    /** In turn: keeps what the agent is to follow; false when that failed, and then it is as before. */
    boolean keep(ScheduleSet desired) {
        AgentRecord changed;
        synchronized (this) {
            changed = record.with(desired);
        }
        if (!parts.workers().guard("agent store", () -> parts.agents().put(changed))) {
            return false;
        }
        synchronized (this) {
            record = record.with(desired);
        }
        return true;
    }

    /** The connection that is let in now. */
    synchronized Optional<AgentSession> session() {
        return Optional.ofNullable(session);
    }

    synchronized void heartbeat(Heartbeat newest) {
        heartbeat = newest;
        lastHeard = parts.clock().instant();
    }

    /** Anything has come from it. */
    synchronized void heard() {
        lastHeard = parts.clock().instant();
    }

    /** Stores nothing more from here on, when what waits to be stored is or the time is over. */
    void end(long deadline) {
        turn.end(deadline);
        tasks.unfinished().forEach(DispatchedTask::centerClosed);
        schedules.centerClosed();
    }
}
