package dev.outpost.center.internal;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Peer;
import dev.outpost.agent.transport.TransportServer;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.AgentSelector;
import dev.outpost.center.Broadcast;
import dev.outpost.center.CenterException;
import dev.outpost.center.ControlCenter;
import dev.outpost.center.RollOut;
import dev.outpost.center.RollOutPlan;
import dev.outpost.center.ScheduleAnswer;
import dev.outpost.center.TaskHandle;
import dev.outpost.center.store.TaskRecord;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** The control center as its program sees it. */
public final class CenterRuntime implements ControlCenter {

    private enum State {
        NEW,
        STARTED,
        CLOSED
    }

    private static final Duration LONGEST_REQUEST = Duration.ofDays(1);

    private final CenterConfig config;
    private final MessageRoom room;
    private final Clock clock = Clock.systemUTC();
    private final Workers workers;
    private final Registry registry;
    private final Delivery delivery;
    private final AgentDesk desk;
    private final StreamClaims claims = new StreamClaims();
    private final Admission admission;
    private final Set<RollOutRun> rollOuts = ConcurrentHashMap.newKeySet();
    private final AtomicReference<State> state = new AtomicReference<>(State.NEW);

    /** A control center that is not started. */
    public CenterRuntime(CenterConfig config) {
        this.config = config;
        this.workers = new Workers(config.workers());
        this.room = new MessageRoom(config.maxMessageBytes());
        this.registry = new Registry(config, room, workers, clock);
        this.delivery = new Delivery(config, workers);
        this.desk = new AgentDesk(config.requestHandlers(), config.workers(), workers);
        this.admission = new Admission(config.admitPerSecond(), System::nanoTime);
    }

    /** What comes in at one endpoint. */
    private final class Reception implements TransportServer.Acceptor {

        private final Gate gate;

        Reception(TransportServer endpoint) {
            this.gate = new Gate(config, registry, admission, workers, clock, endpoint);
        }

        @Override
        public ConnectionListener<AgentMessage> onConnection(Connection<CenterMessage> connection, Peer peer) {
            return new AgentSession(connection, peer, config, registry, delivery, claims, desk, workers, gate, clock);
        }

        @Override
        public void onTrustChanged() {
            gate.trustChanged();
            new Review("trust changed", registry.sessions(), AgentSession::lookAtCertificate, workers).begin();
        }
    }

    @Override
    public void start() throws IOException {
        if (!state.compareAndSet(State.NEW, State.STARTED)) {
            throw new IllegalStateException("the control center is " + state.get() + "; only a new one can be started");
        }
        try {
            registry.restore();
            for (TransportServer endpoint : config.endpoints()) {
                endpoint.start(new Reception(endpoint));
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        workers.repeat(1, registry::sweep);
    }

    @Override
    public int port() {
        return config.endpoints().get(0).port();
    }

    @Override
    public Collection<AgentInfo> agents() {
        return registry.infos();
    }

    @Override
    public Optional<AgentInfo> agent(String agentId) {
        return registry.info(agentId);
    }

    @Override
    public List<AgentInfo> agents(AgentSelector selector) {
        return registry.infos().stream()
                .filter(selector::matches)
                .sorted(Comparator.comparing(AgentInfo::id))
                .toList();
    }

    @Override
    public TaskHandle dispatch(String agentId, TaskRequest request) {
        requireOpen();
        room.requireFor(request);
        return registry.dispatch(agentId, request);
    }

    @Override
    public Broadcast dispatch(AgentSelector selector, TaskRequest request) {
        requireOpen();
        room.requireFor(request);
        return new BroadcastRun(request, agents(selector), agentId -> registry.dispatchOneOf(agentId, request));
    }

    @Override
    public RollOut rollOut(AgentSelector selector, TaskRequest template, RollOutPlan plan) {
        requireOpen();
        room.requireFor(template);
        RollOutRun run = new RollOutRun(
                template, plan, agents(selector), agentId -> registry.dispatchOneOf(agentId, template), workers);
        rollOuts.add(run);
        var unused = run.outcome().whenComplete((status, failure) -> rollOuts.remove(run));
        if (state.get() == State.CLOSED) {
            run.centerClosed(); // it may have come too late to be seen by close
        }
        run.start();
        return run;
    }

    @Override
    public Optional<TaskHandle> task(String agentId, String taskId) {
        return registry.task(agentId, taskId).map(task -> task);
    }

    @Override
    public List<TaskRecord> tasks(String agentId) {
        return config.tasks().tasks(agentId);
    }

    @Override
    public CompletableFuture<ScheduleAnswer> pushSchedules(String agentId, String version, List<Schedule> schedules) {
        ScheduleSet set = new ScheduleSet(version, schedules);
        requireOpen();
        room.requireFor(set);
        return registry.push(agentId, set);
    }

    @Override
    public Map<String, CompletableFuture<ScheduleAnswer>> pushSchedules(
            AgentSelector selector, String version, List<Schedule> schedules) {
        ScheduleSet set = new ScheduleSet(version, schedules); // one for all, however many they are
        requireOpen();
        room.requireFor(set);
        Map<String, CompletableFuture<ScheduleAnswer>> answers = new LinkedHashMap<>();
        for (AgentInfo agent : agents(selector)) {
            answers.put(agent.id(), registry.push(agent.id(), set));
        }
        return Collections.unmodifiableMap(answers);
    }

    @Override
    public void steerSchedule(String agentId, String name, ScheduleCommand.Action action) {
        if (action == ScheduleCommand.Action.UNSPECIFIED) {
            throw new IllegalArgumentException("action is UNSPECIFIED; allowed are PAUSE, RESUME and TRIGGER");
        }
        requireOpen();
        AgentSession session = registry.agent(agentId)
                .session()
                .orElseThrow(() -> new CenterException("agent '" + agentId + "' is not connected"));
        session.outbound().send(new ScheduleCommand(name, action), 0);
    }

    @Override
    public List<ScheduleStatus> schedules(String agentId) {
        return registry.known(agentId)
                .map(entry -> entry.schedules().statuses())
                .orElse(List.of());
    }

    private void requireOpen() {
        if (state.get() == State.CLOSED) {
            throw new CenterException("the control center is closed");
        }
    }

    @Override
    public CompletableFuture<Body> request(String agentId, String type, Body body, Duration timeout) {
        if (type.isEmpty() || type.length() > Request.MAX_TYPE_LENGTH) {
            throw new IllegalArgumentException("type has " + type.length() + " characters; allowed are 1 to 128");
        }
        int size = body.bytes().remaining();
        if (size > Body.MAX_BYTES) {
            throw new IllegalArgumentException("body has " + size + " bytes; allowed are " + Body.MAX_BYTES);
        }
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST_REQUEST) > 0) {
            throw new IllegalArgumentException("timeout is " + timeout + "; allowed is up to " + LONGEST_REQUEST);
        }
        requireOpen();
        return registry.request(agentId, type, body, timeout);
    }

    @Override
    public void reauthenticate() {
        if (state.get() == State.STARTED) {
            new Review("asked for", registry.sessions(), AgentSession::lookAgain, workers).begin();
        }
    }

    @Override
    public SortedMap<String, Long> counters() {
        SortedMap<String, Long> all = workers.snapshot();
        for (TransportServer endpoint : config.endpoints()) {
            endpoint.counters()
                    .forEach((name, value) ->
                            all.merge("endpoint." + name, value, name.endsWith(".expires") ? Long::min : Long::sum));
        }
        return all;
    }

    @Override
    public void close() {
        if (state.getAndSet(State.CLOSED) == State.CLOSED) {
            return;
        }
        for (TransportServer endpoint : config.endpoints()) {
            workers.guard("endpoint", endpoint::close);
        }
        rollOuts.forEach(RollOutRun::centerClosed);
        desk.close();
        registry.close();
        workers.close();
    }
}
