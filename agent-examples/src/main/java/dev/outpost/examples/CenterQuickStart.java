package dev.outpost.examples;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.grpc.GrpcTransportServer;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.CenterListener;
import dev.outpost.center.ControlCenter;
import dev.outpost.center.TaskHandle;
import dev.outpost.center.TelemetryHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The control center's half of the README's quick start. */
final class CenterQuickStart {

    private final ControlCenter center;

    CenterQuickStart(Tls tls) throws IOException {
        // snippet: control center
        center = ControlCenter.builder()
                .endpoint(GrpcTransportServer.on(new InetSocketAddress(443))
                        .tls(tls)
                        .build())
                .telemetry(new TelemetryHandler() {
                    @Override
                    public CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
                        return store(batch); // when it completes, the agent may forget the batch
                    }
                })
                .listener(new CenterListener() {
                    @Override
                    public void onConnected(AgentInfo agent) {
                        evictCacheOf(agent.id()); // from now on the agent is known, and can be given tasks
                    }
                })
                .build();
        center.start();
        // end of snippet
    }

    // snippet: first task
    private void evictCacheOf(String agentId) {
        TaskHandle handle = center.dispatch(
                agentId, TaskRequest.of("cache.evict").argument("region", "eu").build());
        handle.watch(status -> report(status.state(), status.output()));
    }
    // end of snippet

    private CompletionStage<?> store(LogBatch batch) {
        return CompletableFuture.runAsync(() -> batch.records().forEach(record -> System.out.println(record.body())));
    }

    private void report(TaskState state, Map<String, String> output) {
        System.out.println(state + " " + output);
    }
}
