package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.AgentListener;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.spool.Spool;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.agent.testkit.FaultProxy;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.TransportServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * An agent and a control center on real sockets, and proxies between them: one for each way
 * that the agent may take. The agent publishes numbered records all the time,
 * the control center dispatches tasks all the time; {@link #verify} tells whether each record arrived and each task ran once.
 */
final class LinkRig implements AutoCloseable {

    /** How often the agent says that it is there. */
    static final Duration HEARTBEAT = Duration.ofMillis(200);

    private static final String AGENT = "a-1";

    private final ControlCenter center;
    private final List<FaultProxy> proxies = new ArrayList<>();
    private final Agent agent;
    private final Queue<Long> arrived = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> effects = new ConcurrentHashMap<>();
    private final Queue<TaskHandle> tasks = new ConcurrentLinkedQueue<>();
    private final List<String> losses = new CopyOnWriteArrayList<>();
    private final Thread publishing = new Thread(this::publish, "publishing");
    private final Thread dispatching = new Thread(this::dispatch, "dispatching");
    private volatile boolean stopping;
    private volatile long published;
    private final AtomicLong notTaken = new AtomicLong();

    private LinkRig(List<Wires> ways, UnaryOperator<AgentBuilder> settings) throws Exception {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        List<TransportServer> servers =
                ways.stream().map(wires -> wires.server(anyPort)).toList();
        ControlCenterBuilder making = ControlCenter.builder()
                .authenticator(Authenticator.everybody())
                .telemetry(new Arrivals())
                .heartbeatInterval(HEARTBEAT);
        servers.forEach(making::endpoint);
        center = making.build();
        center.start();
        AgentBuilder building = Agent.builder().id(AGENT);
        for (int i = 0; i < ways.size(); i++) {
            FaultProxy proxy = FaultProxy.to(
                    new InetSocketAddress(anyPort.getAddress(), servers.get(i).port()));
            proxies.add(proxy);
            building.transport(ways.get(i).transport(proxy.address()));
        }
        agent = settings.apply(building.heartbeatInterval(HEARTBEAT)
                        .connectTimeout(Duration.ofSeconds(2))
                        .backoff(new Backoff(Duration.ofMillis(20), Duration.ofMillis(200)))
                        .batchInterval(Duration.ofMillis(20))
                        .overflow(OverflowPolicy.blockFor(Duration.ofSeconds(1)))
                        .ownMetrics(Duration.ZERO)
                        .taskQueueCapacity(10_000)
                        .shutdownTimeout(Duration.ofSeconds(2))
                        .task("count", (task, context) -> {
                            effects.merge(task.id(), 1, Integer::sum);
                            return TaskResult.succeeded();
                        })
                        .listener(new AgentListener() {
                            @Override
                            public void onStateChanged(AgentState from, AgentState to, String reason) {
                                if (from == AgentState.ONLINE && to == AgentState.OFFLINE) {
                                    losses.add(reason);
                                }
                            }
                        }))
                .build();
    }

    /**
     * One that works, with its traffic under way.
     *
     * @param spools where to make a directory for its disk, to which much goes soon; null for memory only
     */
    static LinkRig start(List<Wires> ways, @Nullable Path spools) throws Exception {
        LinkRig rig = new LinkRig(
                ways,
                spools == null
                        ? UnaryOperator.identity()
                        : builder -> builder.spool(
                                Spool.in(spools.resolve(UUID.randomUUID().toString()))
                                        .keepFreeBytes(0)
                                        .spillAfter(Duration.ofMillis(100))
                                        .replaySpread(Duration.ofMillis(100))));
        try {
            rig.begin();
        } catch (RuntimeException | Error e) {
            rig.close();
            throw e;
        }
        return rig;
    }

    private void begin() {
        agent.start();
        Await.until("online", () -> agent.state() == AgentState.ONLINE);
        publishing.start();
        dispatching.start();
        awaitProgress();
    }

    /** Does the same to all ways. */
    void each(Consumer<FaultProxy> fault) {
        proxies.forEach(fault);
    }

    /** One for each way, in the agent's order. */
    List<FaultProxy> proxies() {
        return proxies;
    }

    /** How often the agent has lost its connection. */
    long lost() {
        return counter("session.lost");
    }

    long counter(String name) {
        return agent.snapshot().counter(name);
    }

    /** Why the agent has lost its connections, oldest first. */
    List<String> losses() {
        return losses;
    }

    /** Until the agent has found out once more than {@code before} that its connection is gone. */
    void awaitLoss(long before) {
        Await.until("the loss was found", () -> lost() > before && losses.size() > before);
    }

    /** Gives the agent so many tasks of that size at once. */
    void dispatch(int count, int bytes) {
        for (int i = 0; i < count; i++) {
            tasks.add(center.dispatch(
                    AGENT,
                    TaskRequest.of("count").argument("much", "x".repeat(bytes)).build()));
        }
    }

    /** Until the control center has found out that the agent is away. */
    void awaitLossAtTheCenter() {
        Await.until(
                "the center found it",
                () -> center.agent(AGENT).orElseThrow().connection() == AgentInfo.Connection.LOST);
    }

    /** Until so many further heartbeats have been sent, whatever becomes of them. */
    void awaitHeartbeats(int further) {
        long before = counter("heartbeats.sent");
        Await.until("heartbeats", () -> counter("heartbeats.sent") >= before + further);
    }

    /** The same, or until the agent has found out once more than {@code lossesBefore} that its connection is gone. */
    void awaitHeartbeatsOrLoss(int further, long lossesBefore) {
        long before = counter("heartbeats.sent");
        Await.until(
                "heartbeats or a loss", () -> counter("heartbeats.sent") >= before + further || lost() > lossesBefore);
    }

    /** Until as much is delivered as has been published so far, and a task that is dispatched now has ended. */
    void awaitProgress() {
        long before = published;
        Await.until("as much was delivered as had been published: " + this, () -> {
            LaneSnapshot logs = logs();
            assertThat(logs.emitted() + logs.recovered())
                    .as("the account of %s", logs)
                    .isEqualTo(logs.delivered() + logs.spooled() + logs.inMemory() + logs.droppedTotal());
            return logs.delivered() > before;
        });
        TaskHandle task = dispatchOne();
        Await.until("a task runs: " + this, () -> task.outcome().isDone());
    }

    /** Ends the traffic and checks that nothing is missing and nothing doubled. */
    void verify() throws Exception {
        stopping = true;
        publishing.join();
        dispatching.join();
        assertThat(notTaken).as("records that were refused").hasValue(0);
        for (TaskHandle task : tasks) {
            TaskStatus end = task.outcome().get(20, TimeUnit.SECONDS);
            assertThat(end.state()).isEqualTo(TaskState.SUCCEEDED);
            assertThat(task.statuses()).last().isEqualTo(end);
            assertThat(task.statuses().stream().map(TaskStatus::revision))
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
        assertThat(agent.flush(Duration.ofSeconds(20))).as("flushed: %s", this).isTrue();
        assertThat(effects).hasSize(tasks.size());
        assertThat(effects.values()).as("effects of each task").containsOnly(1);
        Await.until("what went to disk is delivered too: " + this, () -> logs().delivered() >= published);
        Map<Long, Long> times = arrived.stream()
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
        times.values().removeIf(count -> count == 1);
        assertThat(times).as("records that arrived more than once").isEmpty();
        Set<Long> missing = LongStream.rangeClosed(1, published).boxed().collect(Collectors.toCollection(TreeSet::new));
        missing.removeAll(Set.copyOf(arrived));
        assertThat(missing).as("records that did not arrive").isEmpty();
        assertThat(logs()).isEqualTo(new LaneSnapshot("logs", published, 0, published, 0, 0, Map.of()));
        assertThat(center.counters())
                .doesNotContainKeys("protocol.violations", "streams.handler_abandoned", "batches.undecodable");
        assertThat(counter("task.reports.dropped{book_full}")).isZero();
    }

    @Override
    public void close() {
        stopping = true;
        agent.close();
        proxies.forEach(FaultProxy::close);
        center.close();
    }

    @Override
    public String toString() {
        return logs() + ", lost " + losses + ", " + tasks.size() + " tasks, "
                + agent.snapshot().counters();
    }

    private LaneSnapshot logs() {
        return agent.snapshot().lane("logs");
    }

    private void publish() {
        while (!stopping) {
            long number = published + 1;
            boolean urgent = number % 3 == 0; // two chains side by side
            published = number;
            if (!agent.logs().publish(urgent ? Severity.WARN : Severity.INFO, Long.toString(number))) {
                notTaken.incrementAndGet();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private void dispatch() {
        while (!stopping) {
            dispatchOne();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private TaskHandle dispatchOne() {
        TaskHandle task = center.dispatch(AGENT, TaskRequest.of("count").build());
        tasks.add(task);
        return task;
    }

    /** Takes the numbers of all records. */
    private final class Arrivals implements TelemetryHandler {

        @Override
        public CompletionStage<?> onLogs(AgentInfo from, LogBatch batch) {
            Collection<LogRecord> records = batch.records();
            records.forEach(each -> arrived.add(Long.parseLong(each.body())));
            return CompletableFuture.completedStage(null);
        }
    }
}
