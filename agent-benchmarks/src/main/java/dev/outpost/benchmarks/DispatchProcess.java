package dev.outpost.benchmarks;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.CenterListener;
import dev.outpost.center.ControlCenter;
import dev.outpost.center.TelemetryHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A control center that dispatches a task, waits for its final report, and dispatches the next; it counts log records. */
final class DispatchProcess {

    private final ControlCenter center;
    private final Latencies latencies = new Latencies();
    private final CompletableFuture<Latencies.Summary> result = new CompletableFuture<>();

    private DispatchProcess(ControlCenter center) {
        this.center = center;
    }

    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        LongAdder records = new LongAdder();
        CompletableFuture<AgentInfo> connected = new CompletableFuture<>();
        ControlCenter center = ControlCenter.builder()
                .endpoint(Link.of(arguments).endpoint())
                .listener(new CenterListener() {
                    @Override
                    public void onConnected(AgentInfo agent) {
                        connected.complete(agent);
                    }
                })
                .telemetry(new TelemetryHandler() {
                    @Override
                    public CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
                        records.add(batch.recordCount());
                        return CompletableFuture.completedStage(null);
                    }
                })
                .build();
        try (center) {
            center.start();
            Parent.tell("port", center.port());
            connected.get(1, TimeUnit.MINUTES);
            DispatchProcess dispatches = new DispatchProcess(center);
            long recordsBefore = records.sum();
            long start = System.nanoTime();
            dispatches.next();
            Parent.tell("measured", dispatches.result.get(4, TimeUnit.MINUTES));
            Parent.tell("records", (records.sum() - recordsBefore) * 1_000_000_000 / (System.nanoTime() - start));
        }
    }

    /** The clock runs from the dispatch to the callback of the final report; that dispatches the next, on a worker. */
    private void next() {
        TaskRequest request = TaskRequest.of("echo").argument("x", "1").build();
        long start = System.nanoTime();
        var unused = center.dispatch(Link.AGENT, request)
                .outcome()
                .whenComplete((status, failure) -> ended(System.nanoTime() - start, status, failure));
    }

    private void ended(long nanos, @Nullable TaskStatus status, @Nullable Throwable failure) {
        if (status == null || status.state() != TaskState.SUCCEEDED) {
            result.completeExceptionally(new IllegalStateException("ended as " + status, failure));
        } else if (latencies.add(nanos)) {
            next();
        } else {
            result.complete(latencies.summary());
        }
    }
}
