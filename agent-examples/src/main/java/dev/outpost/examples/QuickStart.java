package dev.outpost.examples;

import dev.outpost.agent.Agent;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.metric.oshi.OshiMetrics;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.grpc.GrpcTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The quick start of the README. */
final class QuickStart {

    private final Map<String, String> cache = new ConcurrentHashMap<>();

    void run(Path keys) {
        // snippet: quick start
        Tls tls = Tls.mutual(keys.resolve("ca.pem"), keys.resolve("billing-7.pem"), keys.resolve("billing-7.key"));
        try (Agent agent = Agent.builder()
                .id("billing-7")
                .transport(GrpcTransport.to("control.example.com:443").tls(tls).build())
                .metrics(OshiMetrics.all(), Duration.ofSeconds(15))
                .task("cache.evict", (task, context) -> {
                    cache.remove(task.arguments().getOrDefault("region", ""));
                    return TaskResult.succeeded();
                })
                .build()) {
            agent.start(); // returns at once; the connection is made in the background
            agent.logs().publish(Severity.INFO, "ready", "port", "8080");
            runApplication();
        } // delivers what it has, within the shutdown timeout
        // end of snippet
    }

    private void runApplication() {
        cache.put("eu", "warm");
    }
}
