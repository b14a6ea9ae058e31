package dev.outpost.examples.demo;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.metric.MetricBatch;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.grpc.GrpcTransportServer;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.CenterListener;
import dev.outpost.center.ControlCenter;
import dev.outpost.center.TelemetryHandler;
import dev.outpost.center.store.WatermarkStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The control center half. What it knows of tasks, records and watermarks is kept outside of the control center proper, as a
 * database would keep it, so that it can be stopped and started again.
 */
final class DemoCenter implements AutoCloseable {

    private final Tls tls;
    private final Path tree;
    private final DemoEvents events;
    private final WatermarkStore watermarks = WatermarkStore.inMemory();
    private final Map<String, TaskRequest> unfinished = new ConcurrentHashMap<>();
    private final Map<String, TaskStatus> ended = new ConcurrentHashMap<>();
    private final AtomicLong records = new AtomicLong();
    private final AtomicLong points = new AtomicLong();
    private final AtomicLong heartbeats = new AtomicLong();
    private final AtomicLong dispatched = new AtomicLong();
    private int port;
    private volatile @Nullable ControlCenter center;

    DemoCenter(int port, Tls tls, Path tree, DemoEvents events) {
        this.port = port;
        this.tls = tls;
        this.tree = tree;
        this.events = events;
    }

    /** Starts it, or starts it again on the same port. */
    void start() throws IOException {
        ControlCenter started = ControlCenter.builder()
                .endpoint(GrpcTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .tls(tls)
                        .build())
                .heartbeatInterval(Duration.ofSeconds(1))
                .watermarks(watermarks)
                .telemetry(new Intake())
                .listener(new Narrator())
                .build();
        started.start();
        port = started.port();
        center = started;
        events.add("center", "listens on 127.0.0.1:" + port + " with mutual TLS");
    }

    /** Stops it in the middle of its work. */
    void stop() {
        ControlCenter stopped = center;
        center = null;
        if (stopped != null) {
            stopped.close();
            events.add("center", "stopped; " + unfinished.size() + " tasks had not ended");
        }
    }

    int port() {
        return port;
    }

    boolean isUp() {
        return center != null;
    }

    Optional<AgentInfo> agent() {
        ControlCenter present = center;
        return present == null ? Optional.empty() : present.agent(DemoAgent.ID);
    }

    long records() {
        return records.get();
    }

    long points() {
        return points.get();
    }

    long heartbeats() {
        return heartbeats.get();
    }

    int unfinishedTasks() {
        return unfinished.size();
    }

    Map<String, TaskStatus> endedTasks() {
        return Map.copyOf(ended);
    }

    /** Gives the agent its next task, if it is there. */
    void dispatchNext() {
        if (agent().isEmpty()) {
            return;
        }
        long number = dispatched.incrementAndGet();
        TaskRequest request = number % 2 == 1
                ? TaskRequest.of(ChecksumTask.TYPE)
                        .argument("path", tree.toString())
                        .build()
                : TaskRequest.of(TopProcessesTask.TYPE).argument("count", "3").build();
        unfinished.put(request.id(), request);
        events.add("center", "dispatches " + request.type() + " " + shortId(request.id()));
        send(request);
    }

    private void send(TaskRequest request) {
        ControlCenter present = center;
        if (present != null) {
            present.dispatch(DemoAgent.ID, request);
        }
    }

    private static String shortId(String taskId) {
        return taskId.substring(0, Math.min(8, taskId.length()));
    }

    @Override
    public void close() {
        stop();
    }

    /** Counts what comes, once it is "stored". */
    private final class Intake implements TelemetryHandler {

        @Override
        public CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
            records.addAndGet(batch.records().size());
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onMetrics(AgentInfo agent, MetricBatch batch) {
            points.addAndGet(batch.points().size());
            return CompletableFuture.completedStage(null);
        }
    }

    /** Tells what happens, and sends again what had not ended: the agent runs none of it twice. */
    private final class Narrator implements CenterListener {

        @Override
        public void onConnected(AgentInfo agent) {
            events.add("center", "agent " + agent.id() + " connected from " + agent.address());
            unfinished.values().forEach(DemoCenter.this::send);
        }

        @Override
        public void onLost(AgentInfo agent, String reason) {
            events.add("center", "agent " + agent.id() + " lost: " + reason);
        }

        @Override
        public void onHeartbeat(AgentInfo agent) {
            heartbeats.incrementAndGet();
        }

        @Override
        public void onTaskStatus(AgentInfo agent, TaskStatus status) {
            if (!status.state().isFinal()) {
                return;
            }
            ended.put(status.taskId(), status);
            if (unfinished.remove(status.taskId()) != null) {
                String what = status.output().isEmpty()
                        ? status.detail()
                        : status.output().toString();
                events.add(
                        "center",
                        status.taskType() + " " + shortId(status.taskId()) + " " + status.state() + " " + what);
            }
        }

        @Override
        public void onRefused(String agentId, String address, String reason) {
            events.add("center", "refused " + agentId + " at " + address + ": " + reason);
        }
    }
}
