package dev.outpost.agent.internal.task;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.telemetry.LogPublisher;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.Logs;
import dev.outpost.agent.log.NotDurableException;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.task.TaskRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The logs of one task: every record bears its id and type, and its trace unless the record has one. */
final class TaskLogs implements Logs {

    private final LogPublisher publisher;
    private final Attributes tags;
    private final @Nullable String traceId;
    private final @Nullable String spanId;
    private final AtomicInteger left;
    private final LongAdder leftOut;
    private final int mostRecords;

    TaskLogs(LogPublisher publisher, TaskRequest task, int mostRecords, Counters counters) {
        this.publisher = publisher;
        this.left = new AtomicInteger(mostRecords);
        this.leftOut = counters.counter("task.logs.dropped", "attempt_limit");
        this.mostRecords = mostRecords;
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
        return mayPublish() && publisher.publish(traced(record), tags);
    }

    @Override
    public CompletableFuture<Void> publishDurable(LogRecord record) {
        return mayPublish()
                ? publisher.publishDurable(traced(record), tags)
                : CompletableFuture.failedFuture(new NotDurableException("attempt_limit"));
    }

    /** One attempt must not fill everybody's lanes; the last record that it may publish says that there were more. */
    private boolean mayPublish() {
        int before = left.getAndUpdate(n -> Math.max(n - 1, -1));
        if (before > 0) {
            return true;
        }
        if (before == 0) {
            publisher.publish(
                    traced(LogRecord.of(
                            Severity.WARN,
                            "this attempt has published " + mostRecords + " log records; further ones are left out",
                            Attributes.empty())),
                    tags);
        }
        leftOut.increment();
        return false;
    }

    private LogRecord traced(LogRecord record) {
        return record.traceId() != null || traceId == null
                ? record
                : new LogRecord(
                        record.epochNanos(), record.severity(), record.body(), record.attributes(), traceId, spanId);
    }
}
