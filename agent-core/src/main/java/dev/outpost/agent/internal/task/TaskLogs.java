package dev.outpost.agent.internal.task;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.internal.telemetry.LogPublisher;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.Logs;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.task.TaskRequest;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The logs of one task: every record bears its id and type, and its trace unless the record has one. */
final class TaskLogs implements Logs {

    private final LogPublisher publisher;
    private final Attributes tags;
    private final @Nullable String traceId;
    private final @Nullable String spanId;

    TaskLogs(LogPublisher publisher, TaskRequest task) {
        this.publisher = publisher;
        this.tags = Attributes.of("outpost.task.id", task.id(), "outpost.task.type", task.type());
        // 00-<32 hex trace id>-<16 hex parent id>-<2 hex flags>,
        // https://www.w3.org/TR/trace-context/#traceparent-header
        String parent = task.traceparent();
        boolean usable = parent != null && parent.matches("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}.*");
        this.traceId = usable && parent != null ? parent.substring(3, 35) : null;
        this.spanId = usable && parent != null ? parent.substring(36, 52) : null;
    }

    @Override
    public boolean publish(Severity severity, String body) {
        return publish(LogRecord.of(severity, body, Attributes.empty()));
    }

    @Override
    public boolean publish(Severity severity, String body, String key, String value) {
        return publish(LogRecord.of(severity, body, Attributes.of(key, value)));
    }

    @Override
    public boolean publish(Severity severity, String body, String key1, String value1, String key2, String value2) {
        return publish(LogRecord.of(severity, body, Attributes.of(key1, value1, key2, value2)));
    }

    @Override
    public boolean publish(LogRecord record) {
        return publisher.publish(traced(record), tags);
    }

    @Override
    public CompletableFuture<Void> publishDurable(LogRecord record) {
        return publisher.publishDurable(traced(record), tags);
    }

    private LogRecord traced(LogRecord record) {
        return record.traceId() != null || traceId == null
                ? record
                : new LogRecord(
                        record.epochNanos(), record.severity(), record.body(), record.attributes(), traceId, spanId);
    }
}
