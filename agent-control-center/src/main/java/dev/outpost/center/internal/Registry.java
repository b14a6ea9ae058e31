package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.request.RequestException;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.CenterException;
import dev.outpost.center.ScheduleAnswer;
import dev.outpost.center.store.AgentRecord;
import dev.outpost.center.store.TaskRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** All agents and all connections. Thread-safe. */
final class Registry {

    private static final Duration HELLO_DEADLINE = Duration.ofSeconds(10);
    private static final Duration LEASE_WITHOUT_INTERVAL = Duration.ofMinutes(30);
    private static final Duration ANSWER_TIME = Duration.ofSeconds(5);
    private static final Duration STORING_TIME = Duration.ofSeconds(2);

    private final CenterConfig config;
    private final Workers workers;
    private final Clock clock;
    private final Duration lease;
    private final CenterParts parts;
    private final Listeners listeners;
    private final Expiries expiries = new Expiries();
    private final Map<String, AgentEntry> agents = new ConcurrentHashMap<>();
    private final RefusalLog refusals = new RefusalLog(System::nanoTime);
    private final Set<AgentSession> sessions = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Registry(CenterConfig config, MessageRoom room, Workers workers, Clock clock) {
        this.config = config;
        this.workers = workers;
        this.clock = clock;
        this.listeners = new Listeners(config.listeners(), workers);
        this.parts = new CenterParts(clock, workers, listeners, config.tasks(), config.agents(), expiries, room);
        this.lease = config.heartbeatInterval().isZero()
                ? LEASE_WITHOUT_INTERVAL
                : config.heartbeatInterval().multipliedBy(3).plus(ANSWER_TIME);
    }

    Collection<AgentInfo> infos() {
        return agents.values().stream().map(AgentEntry::info).toList();
    }

    Optional<AgentInfo> info(String agentId) {
        return Optional.ofNullable(agents.get(agentId)).map(AgentEntry::info);
    }

    /** What the stores know of agents and of tasks that have not ended; before the first connection. */
    void restore() {
        for (AgentRecord known : config.agents().agents()) {
            agents.put(known.id(), new AgentEntry(known, parts));
        }
        for (TaskRecord open : config.tasks().open()) {
            entryOf(open.agentId(), open.since()).tasks().restore(open);
        }
    }

    private AgentEntry entryOf(String agentId, Instant since) {
        return agents.computeIfAbsent(
                agentId,
                id -> new AgentEntry(new AgentRecord(id, "", "", Map.of(), List.of(), "", since, null), parts));
    }

    Optional<AgentEntry> known(String agentId) {
        return Optional.ofNullable(agents.get(agentId));
    }

    /**
     * An agent that must be known.
     *
     * @throws CenterException if it is not
     */
    AgentEntry agent(String agentId) {
        AgentEntry entry = agents.get(agentId);
        if (entry == null) {
            throw new CenterException("agent '" + agentId + "' is not known");
        }
        return entry;
    }

    /** A dispatched task, whether it has ended or not; reads the store. */
    Optional<DispatchedTask> task(String agentId, String taskId) {
        Optional<DispatchedTask> task =
                known(agentId).flatMap(entry -> entry.tasks().task(taskId));
        if (closed) {
            task.ifPresent(DispatchedTask::centerClosed); // it may have come too late to be seen by close
        }
        return task;
    }

    DispatchedTask dispatch(String agentId, TaskRequest request) {
        AgentEntry entry = agent(agentId);
        workers.count("tasks.dispatched");
        DispatchedTask task = entry.tasks().dispatch(request);
        if (closed) {
            task.centerClosed(); // it may have come too late to be seen by close
        }
        return task;
    }

    /** One of many of a kind: whatever is in the way, there is a handle. */
    DispatchedTask dispatchOneOf(String agentId, TaskRequest all) {
        TaskRequest request = all.toBuilder()
                .id(TaskIds.of(all.id(), agentId))
                .parent(all.id())
                .build();
        try {
            return dispatch(agentId, request);
        } catch (CenterException e) {
            workers.count("tasks.ended_here{REFUSED}");
            return agent(agentId).tasks().refused(request, String.valueOf(e.getMessage()));
        }
    }

    CompletableFuture<ScheduleAnswer> push(String agentId, ScheduleSet set) {
        CompletableFuture<ScheduleAnswer> answer = agent(agentId).schedules().push(set);
        if (closed) {
            answer.completeExceptionally(new CenterException("the control center has closed"));
        }
        return answer;
    }

    CompletableFuture<Body> request(String agentId, String type, Body body, Duration timeout) {
        AgentEntry entry = agent(agentId);
        workers.count("requests.out");
        return entry.session()
                .map(session -> session.ask(entry, type, body, timeout))
                .orElseGet(() -> CompletableFuture.failedFuture(new RequestException(
                        RequestException.Reason.UNAVAILABLE, "agent '" + agentId + "' is not connected")));
    }

    // ---- told by sessions -----------------------------------------------------------------------------------------

    void opened(AgentSession session) {
        sessions.add(session);
        workers.count("connections.opened");
    }

    boolean hasRoomFor(String agentId) {
        return agents.containsKey(agentId) || agents.size() < config.maxAgents();
    }

    AgentEntry admitted(AgentSession session, Hello hello, Welcome welcome) {
        AgentEntry entry = entryOf(hello.agentId(), clock.instant());
        entry.connected(session, hello, welcome)
                .ifPresent(before -> before.close(
                        CloseReason.retry("another connection of agent '" + hello.agentId() + "' took over", null)));
        workers.count("agents.admitted");
        AgentInfo info = entry.info();
        listeners.tell(entry.callbacks(), listener -> listener.onConnected(info));
        return entry;
    }

    /** All connections of this moment, also those that are not let in yet. */
    Set<AgentSession> sessions() {
        return sessions;
    }

    /** How many agents are connected, about. */
    int connected() {
        return sessions.size();
    }

    void refused(String agentId, String address, Refusal refusal) {
        String id = Limits.cutReason(agentId);
        refusals.log(id, address, refusal);
        listeners.tell(workers::tell, listener -> listener.onRefused(id, address, refusal.detail()));
    }

    void closed(AgentSession session, @Nullable AgentEntry entry, String reason) {
        sessions.remove(session);
        workers.count("connections.closed");
        if (entry != null) {
            lost(session, entry, reason);
        }
    }

    /** An agent has lost its connection; no effect when another one has taken over. */
    void lost(AgentSession session, AgentEntry entry, String reason) {
        if (entry.lost(session)) {
            AgentInfo info = entry.info();
            listeners.tell(entry.callbacks(), listener -> listener.onLost(info, reason));
        }
    }

    void heartbeat(AgentEntry entry) {
        workers.count("heartbeats.received");
        AgentInfo info = entry.info();
        listeners.tell(entry.callbacks(), listener -> listener.onHeartbeat(info));
    }

    void report(AgentEntry entry, AgentSession session, TaskStatus status) {
        entry.heard();
        entry.tasks().reported(session, status);
    }

    void report(AgentEntry entry, AgentSession session, ScheduleReport report) {
        entry.heard();
        entry.schedules().reported(session, report);
    }

    // ---- by the clock ---------------------------------------------------------------------------------------------

    /** Ends connections that say nothing, and tasks that were not sent in time. */
    void sweep() {
        Instant now = clock.instant();
        for (DispatchedTask task : expiries.due(now)) {
            AgentEntry entry = agent(task.agentId());
            if (!entry.isBehind()) { // a later look finds it again
                entry.tasks().expired(task);
            }
        }
        for (AgentSession session : sessions) {
            session.endIfExpired(now);
            Duration silence = session.silence();
            if (session.isClosing()) {
                continue; // its link takes its time
            }
            if (!session.isAdmitted() && silence.compareTo(HELLO_DEADLINE) > 0) {
                workers.count("connections.swept{no_hello}");
                session.close(CloseReason.retry("no hello within " + HELLO_DEADLINE, null));
            } else if (session.isAdmitted() && silence.compareTo(lease) > 0) {
                workers.count("connections.swept{silent}");
                session.close(CloseReason.retry("nothing heard for " + lease, null));
            }
        }
    }

    /** After it the stores belong to others. */
    void close() {
        closed = true;
        long deadline = System.nanoTime() + STORING_TIME.toNanos();
        agents.values().forEach(entry -> entry.end(deadline));
        sessions.forEach(AgentSession::centerClosed);
    }
}
