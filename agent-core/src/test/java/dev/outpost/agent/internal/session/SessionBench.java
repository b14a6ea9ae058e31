package dev.outpost.agent.internal.session;

import dev.outpost.agent.fixture.Batches;
import dev.outpost.agent.fixture.Lanes;
import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.fixture.NoWaiting;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.lane.Chain;
import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Transport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A session with everything around it turned by hand. */
final class SessionBench implements SessionEvents, ReportSource {

    static final Duration HEARTBEAT = Duration.ofSeconds(30);
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    final ManualClock clock = new ManualClock();
    final Timers timers = new Timers();
    final Inbox inbox = new Inbox(256, new NoWaiting());
    final Counters counters = new Counters();
    final List<Transport> ways = new ArrayList<>();
    final List<FakeTransport.Link> allLinks = new ArrayList<>();
    final FakeTransport transport;
    final Lane logs;
    final Lane metrics = Lanes.inMemory("metrics", Signal.METRICS, 1 << 20, 4, timers, clock, counters);
    final Session session;

    int conflicts;
    final List<String> online = new ArrayList<>();
    final List<CloseReason> offline = new ArrayList<>();
    final List<TaskRequest> dispatched = new ArrayList<>();
    final List<String> cancelled = new ArrayList<>();
    final List<Request> requested = new ArrayList<>();
    final List<Consumer<Response>> answers = new ArrayList<>();
    private final Deque<TaskStatus> reports = new ArrayDeque<>();
    private final Deque<TaskStatus> sentReports = new ArrayDeque<>();
    final List<ScheduleSet> scheduleSets = new ArrayList<>();

    SessionBench() {
        this(HEARTBEAT);
    }

    SessionBench(Duration heartbeat) {
        this(heartbeat, List.of(ClosedBatch.BULK));
    }

    /** With logs of those classes. */
    SessionBench(Duration heartbeat, List<Integer> priorities) {
        this(heartbeat, priorities, 1);
    }

    /** With so many ways to the center. */
    SessionBench(Duration heartbeat, List<Integer> priorities, int count) {
        for (int way = 0; way < count; way++) {
            FakeTransport each = new FakeTransport("memory-" + way);
            each.all = allLinks;
            ways.add(each);
        }
        transport = (FakeTransport) ways.get(0);
        logs = Lanes.inMemory("logs", Signal.LOGS, priorities, 1 << 20, 4, timers, clock, counters);
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));
        session = new Session(
                ways,
                new SessionSettings(heartbeat, CONNECT_TIMEOUT, backoff, Duration.ofSeconds(30), 4),
                this,
                this,
                List.of(logs, metrics),
                timers,
                inbox,
                clock,
                new SplittableRandom(1),
                new Guard(counters, new ThrottledLog(clock)),
                counters);
    }

    /** Starts, and is let in. */
    FakeTransport.Link connect() {
        session.start();
        turn();
        return letIn();
    }

    /** The center welcomes the newest link. */
    FakeTransport.Link letIn() {
        FakeTransport.Link link = transport.link();
        link.listener.onOpen();
        link.say(new Welcome("s", Duration.ZERO, 0, 0, List.of()));
        turn();
        return link;
    }

    /** Lets the loop do what there is to do now. */
    void turn() {
        int work;
        do {
            work = inbox.drain() + timers.fire(clock.nanoTime()) + session.pump();
        } while (work > 0);
    }

    /** Lets time pass, and the loop do what becomes due. */
    void advance(Duration time) {
        clock.advance(time);
        turn();
    }

    /** Lets time pass second by second until a further attempt is made, and gives the time it took. */
    Duration timeToNextAttempt() {
        int before = transport.links.size();
        Duration step = Duration.ofMillis(10);
        Duration waited = Duration.ZERO;
        turn();
        while (transport.links.size() == before) {
            advance(step);
            waited = waited.plus(step);
        }
        return waited;
    }

    /** The identity of a batch of the log lane, whose run is announced in the hello. */
    StreamPosition logPosition(long sequence) {
        StreamPosition announced = logs.chains().get(0).announce().get(0);
        return new StreamPosition(announced.streamId(), announced.epoch(), sequence);
    }

    void offerLogs(int batches) {
        for (int i = 0; i < batches; i++) {
            logs.offer(Batches.of(10, 100));
        }
    }

    void report(String taskId) {
        reports.add(
                new TaskStatus(taskId, "t", 1, TaskState.SUCCEEDED, 1, 0, "", Map.of(), 0, null, TaskOrigin.DISPATCH));
    }

    int reportsLeft() {
        return reports.size() + sentReports.size();
    }

    private List<StreamPosition> announced() {
        return Stream.of(logs, metrics)
                .flatMap(lane -> lane.chains().stream().flatMap(chain -> chain.announce().stream()))
                .toList();
    }

    @Override
    public Hello hello() {
        return new Hello(1, "agent", "instance", "1", Map.of(), List.of(), announced());
    }

    @Override
    public Heartbeat heartbeat() {
        return new Heartbeat(
                Heartbeat.Condition.HEALTHY, List.of(), Heartbeat.HostFigures.NONE, Duration.ZERO, 0, 0, 0, 0, 0);
    }

    @Override
    public void onOnline(String sessionId) {
        online.add(sessionId);
    }

    @Override
    public void onOffline(CloseReason reason) {
        offline.add(reason);
    }

    @Override
    public void onStreamConflict() {
        conflicts++;
        logs.chains().forEach(Chain::onConflict);
        metrics.chains().forEach(Chain::onConflict);
    }

    @Override
    public void onDispatch(TaskRequest request) {
        dispatched.add(request);
    }

    @Override
    public void onRequest(Request request, Consumer<Response> answer) {
        requested.add(request);
        answers.add(answer);
    }

    @Override
    public void onScheduleSet(ScheduleSet set) {
        scheduleSets.add(set);
    }

    @Override
    public Optional<String> onScheduleCommand(ScheduleCommand command) {
        return command.name().isEmpty() ? Optional.of("no such schedule") : Optional.empty();
    }

    @Override
    public Optional<String> onCancel(String taskId, String reason) {
        cancelled.add(taskId);
        return taskId.isEmpty() ? Optional.of("no such task") : Optional.empty();
    }

    @Override
    public @Nullable TaskReport nextToSend() {
        TaskStatus next = reports.peek();
        return next == null ? null : new TaskReport(next);
    }

    @Override
    public void sent() {
        sentReports.add(reports.remove());
    }

    @Override
    public void ack(String taskId, long revision) {
        sentReports.removeIf(report -> report.taskId().equals(taskId));
    }

    @Override
    public void rewind() {
        while (!sentReports.isEmpty()) {
            reports.addFirst(sentReports.removeLast());
        }
    }
}
