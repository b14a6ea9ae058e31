package dev.outpost.examples;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.LogSink;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricBatch;
import dev.outpost.agent.metric.MetricSink;
import dev.outpost.agent.metric.MetricSource;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.schedule.Scheduler;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.spool.LaneOverflow;
import dev.outpost.agent.spool.Spool;
import dev.outpost.agent.spool.SyncPolicy;
import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.transport.Compression;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Credentials;
import dev.outpost.agent.transport.Identity;
import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.grpc.GrpcTransport;
import dev.outpost.agent.transport.websocket.WebSocketTransport;
import dev.outpost.center.Authenticator;
import dev.outpost.center.ControlCenterBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A part of one's own for every SPI; the README shows them. */
final class CustomParts {

    private CustomParts() {}

    static MetricSource queueDepth(Queue<?> orders) {
        // snippet: metric source
        Instrument depth = Instrument.gauge("app.queue.depth", "{order}", "Orders that wait.");
        MetricSource source = recorder -> recorder.record(depth, orders.size());
        // end of snippet
        return source;
    }

    static TaskHandler reindex(Queue<String> rows) {
        // snippet: task handler
        TaskHandler reindex = (task, context) -> {
            int all = rows.size();
            for (int done = 0; done < all; done++) {
                if (context.cancelled()) {
                    return new TaskResult.RetryAfter(Duration.ofMinutes(1), "stopped at row " + done);
                }
                context.progress((double) done / all, String.valueOf(rows.poll()));
            }
            return TaskResult.succeeded();
        };
        // end of snippet
        return reindex;
    }

    // snippet: log sink
    /** Appends every batch to a file. */
    record FileSink(Path file) implements LogSink {
        @Override
        public CompletionStage<?> send(LogBatch batch) {
            StringBuilder lines = new StringBuilder();
            batch.records().forEach(record -> lines.append(record.body()).append('\n'));
            try {
                Files.writeString(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                return CompletableFuture.completedStage(null);
            } catch (IOException e) {
                throw new UncheckedIOException(e); // the agent tries again, with backoff
            }
        }
    }
    // end of snippet

    // snippet: metric sink
    /** Keeps the newest value of every metric. */
    record NewestValues(Map<String, Double> values) implements MetricSink {
        @Override
        public CompletionStage<?> send(MetricBatch batch) {
            batch.points().forEach(point -> values.put(point.instrument().name(), point.value()));
            return CompletableFuture.completedStage(null);
        }
    }
    // end of snippet

    static AgentBuilder spooled(AgentBuilder builder, Path directory) {
        // snippet: spool
        builder.spool(Spool.in(directory) // telemetry outlives an outage, a crash, a restart
                        .maxBytes(2L << 30)
                        .sync(SyncPolicy.every(Duration.ofMillis(100))))
                .laneOverflow(LaneOverflow.spill())
                .compression(Compression.GZIP);
        // end of snippet
        return builder;
    }

    static CompletableFuture<Void> audit(Agent agent, String user) {
        // snippet: durable
        LogRecord record = LogRecord.of(Severity.WARN, "role granted", Attributes.of("user.name", user));
        CompletableFuture<Void> safe = agent.logs().publishDurable(record); // on disk, or acknowledged
        // end of snippet
        return safe;
    }

    static Scheduler onExecutor() {
        // snippet: scheduler
        Scheduler scheduler = Scheduler.of(Executors.newSingleThreadScheduledExecutor());
        Trigger lastSundayOfTheMonth = Trigger.cron("0 3 * * SUNL");
        Trigger everyFullMinute = after -> Optional.of(Instant.ofEpochSecond((after.getEpochSecond() / 60 + 1) * 60));
        // end of snippet
        return lastSundayOfTheMonth.equals(everyFullMinute)
                ? Scheduler.of(Executors.newScheduledThreadPool(2))
                : scheduler;
    }

    // snippet: task executor
    /** Runs attempts on threads of the host, at most a few at once. */
    static final class HostThreads implements TaskExecutor {
        private final Executor host;
        private final Semaphore slots = new Semaphore(4);

        HostThreads(Executor host) {
            this.host = host;
        }

        @Override
        public int freeSlots() {
            return slots.availablePermits();
        }

        @Override
        public @Nullable Run tryExecute(Attempt attempt, Runnable slotFreed) {
            if (!slots.tryAcquire()) {
                return null;
            }
            HostRun run = new HostRun(attempt, slotFreed);
            try {
                host.execute(run);
            } catch (RejectedExecutionException e) {
                slots.release();
                return null; // the agent asks again
            }
            return run;
        }

        @Override
        public void close() {
            // the executor is the host's
        }

        /** Its lock orders interrupts before the attempt's end, so that none hits what the thread does next. */
        private final class HostRun implements Run, Runnable {
            private final Attempt attempt;
            private final Runnable slotFreed;
            private final Object lock = new Object();
            private @Nullable Thread thread;

            HostRun(Attempt attempt, Runnable slotFreed) {
                this.attempt = attempt;
                this.slotFreed = slotFreed;
            }

            @Override
            public void run() {
                synchronized (lock) {
                    thread = Thread.currentThread();
                }
                try {
                    attempt.run();
                } finally {
                    synchronized (lock) {
                        thread = null;
                        Thread.interrupted(); // one that came late is not for the host's next job
                    }
                    slots.release();
                    slotFreed.run();
                }
            }

            @Override
            public void interrupt() {
                synchronized (lock) {
                    if (thread != null) {
                        thread.interrupt();
                    }
                }
            }

            @Override
            public void abandon() {
                // its slot stays taken until the handler returns: the host's threads cannot be replaced
            }
        }
    }
    // end of snippet

    static void ways(AgentBuilder builder) {
        // snippet: ways
        Credentials token = () -> fetchToken().thenApply(jwt -> Credentials.Token.bearer(jwt.text(), jwt.expires()));
        builder.transport(GrpcTransport.to("control.example.com:443")
                        .credentials(token)
                        .build()) // preferred
                .transport(WebSocketTransport.to("wss://gateway.example.com/outpost") // where only HTTP/1.1 passes
                        .credentials(token)
                        .proxy(ProxySelector.getDefault())
                        .build());
        // end of snippet
    }

    static void authenticator(ControlCenterBuilder centerBuilder) {
        // snippet: authenticator
        centerBuilder.authenticator(Authenticator.byToken((hello, jwt) -> {
            Claims claims = verify(jwt);
            return claims.subject().equals(hello.agentId())
                    ? Authenticator.Verdict.admittedUntil(claims.expires()) // then it has to show a new one
                    : Authenticator.Verdict.forbidden("the token is of " + claims.subject());
        }));
        // end of snippet
    }

    private record Jwt(String text, Instant expires) {}

    private record Claims(String subject, Instant expires) {}

    private static CompletionStage<Jwt> fetchToken() {
        return CompletableFuture.completedStage(
                new Jwt("eyJhbGciOiJub25lIn0", Instant.now().plusSeconds(3_600)));
    }

    /** Of a library for tokens, in real life. */
    private static Claims verify(String jwt) {
        return new Claims("agent-" + jwt.length(), Instant.now().plusSeconds(3_600));
    }

    static CompletionStage<String> requests(AgentBuilder builder, ControlCenterBuilder centerBuilder, Agent agent) {
        // snippet: requests
        builder.on("inventory.scan", request -> Body.json(inventory())); // the control center asks, the agent answers
        centerBuilder.on("config.get", (info, request) -> Body.text(configOf(info.id()))); // and the other way round

        return agent.request("config.get", Body.empty(), Duration.ofSeconds(5)).thenApply(Body::asText);
        // end of snippet
    }

    private static String inventory() {
        return "{\"processors\":" + Runtime.getRuntime().availableProcessors() + "}";
    }

    private static String configOf(String agentId) {
        return "log.level=info # of " + agentId;
    }

    // snippet: transport
    /** Says which way it goes, and goes it by another transport. */
    record NarratedTransport(Transport inner, Consumer<String> narrator) implements Transport {
        @Override
        public Connection<AgentMessage> open(Envelope<Hello> hello, ConnectionListener<CenterMessage> listener) {
            narrator.accept("connecting to " + inner.target());
            return inner.open(hello, listener);
        }

        @Override
        public String target() {
            return inner.target();
        }

        @Override
        public Identity identity() throws Exception {
            return inner.identity(); // so that a new certificate is noticed
        }

        @Override
        public void close() {
            inner.close();
        }
    }
    // end of snippet
}
