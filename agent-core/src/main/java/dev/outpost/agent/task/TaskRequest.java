package dev.outpost.agent.task;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done, and how. Immutable; made with {@link #of}.
 *
 * <p>Two of its names keep work from being done twice. The <b>id</b> names this task for ever: the same id again is the same
 * task. The <b>idempotency key</b> names the work: of two tasks of one type with the same key the second is left out, unless
 * the first came to nothing.
 */
public final class TaskRequest {

    private final String id;
    private final String type;
    private final Map<String, String> arguments;
    private final @Nullable Duration attemptTimeout;
    private final @Nullable Duration deadline;
    private final @Nullable Duration lease;
    private final @Nullable RetryPolicy retry;
    private final int priority;
    private final boolean idempotent;
    private final @Nullable String idempotencyKey;
    private final @Nullable String concurrencyKey;
    private final OverlapPolicy overlap;
    private final @Nullable Instant notBefore;
    private final @Nullable Instant notAfter;
    private final DisconnectPolicy onDisconnect;
    private final @Nullable String parent;
    private final @Nullable String traceparent;

    private TaskRequest(Builder from) {
        id = from.id == null ? UUID.randomUUID().toString() : from.id;
        type = from.type;
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(from.arguments));
        attemptTimeout = from.attemptTimeout;
        deadline = from.deadline;
        lease = from.lease;
        retry = from.retry;
        priority = from.priority;
        idempotent = from.idempotent;
        idempotencyKey = from.idempotencyKey;
        concurrencyKey = from.concurrencyKey;
        overlap = from.overlap;
        notBefore = from.notBefore;
        notAfter = from.notAfter;
        onDisconnect = from.onDisconnect;
        parent = from.parent;
        traceparent = from.traceparent;
        RequestChecks.check(this);
    }

    /** Collects a request for the task type, 1 to 128 characters; without {@link Builder#id} it gets a random id. */
    public static Builder of(String type) {
        return new Builder(type);
    }

    /** A builder with the values of this request, its id among them. */
    public Builder toBuilder() {
        Builder builder = new Builder(type);
        builder.id = id;
        builder.arguments.putAll(arguments);
        builder.attemptTimeout = attemptTimeout;
        builder.deadline = deadline;
        builder.lease = lease;
        builder.retry = retry;
        builder.priority = priority;
        builder.idempotent = idempotent;
        builder.idempotencyKey = idempotencyKey;
        builder.concurrencyKey = concurrencyKey;
        builder.overlap = overlap;
        builder.notBefore = notBefore;
        builder.notAfter = notAfter;
        builder.onDisconnect = onDisconnect;
        builder.parent = parent;
        builder.traceparent = traceparent;
        return builder;
    }

    /** Unique for ever; the same id again is the same task and is not run a second time. */
    public String id() {
        return id;
    }

    /** Which handler does it. */
    public String type() {
        return type;
    }

    /** What the handler is to know, in order. */
    public Map<String, String> arguments() {
        return arguments;
    }

    /** How long one attempt may take, measured monotonically; null for the type's or agent's default. */
    public @Nullable Duration attemptTimeout() {
        return attemptTimeout;
    }

    /** How long the whole task may take from its acceptance, all attempts and waits; null for no limit. */
    public @Nullable Duration deadline() {
        return deadline;
    }

    /** How long an attempt may go without {@link TaskContext#progress} or {@link TaskContext#alive}; null for any time. */
    public @Nullable Duration lease() {
        return lease;
    }

    /** How failed attempts are repeated; null for the type's or agent's default. */
    public @Nullable RetryPolicy retry() {
        return retry;
    }

    /** The higher, the earlier among those that wait; 0 is usual, -100 to 100. */
    public int priority() {
        return priority;
    }

    /** Whether it does no harm to run it again after the agent died in the middle of an attempt. */
    public boolean idempotent() {
        return idempotent;
    }

    /** Names the work, beyond this task; or null. */
    public @Nullable String idempotencyKey() {
        return idempotencyKey;
    }

    /** Tasks with the same key do not run side by side, as {@link #overlap} says; or null. */
    public @Nullable String concurrencyKey() {
        return concurrencyKey;
    }

    /** What to do while another task with the concurrency key has not ended; without a key it has no meaning. */
    public OverlapPolicy overlap() {
        return overlap;
    }

    /** When it may begin at the earliest, on the wall clock of who asks; or null. */
    public @Nullable Instant notBefore() {
        return notBefore;
    }

    /** When it must have begun, on the wall clock of who asks, or else it is {@link TaskState#EXPIRED}; or null. */
    public @Nullable Instant notAfter() {
        return notAfter;
    }

    /** What becomes of it while the control center is away. */
    public DisconnectPolicy onDisconnect() {
        return onDisconnect;
    }

    /** The id of the task, roll-out or workflow that this one belongs to, or null. */
    public @Nullable String parent() {
        return parent;
    }

    /** The W3C trace context that it belongs to, or null. */
    public @Nullable String traceparent() {
        return traceparent;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TaskRequest that
                && id.equals(that.id)
                && type.equals(that.type)
                && arguments.equals(that.arguments)
                && Objects.equals(attemptTimeout, that.attemptTimeout)
                && Objects.equals(deadline, that.deadline)
                && Objects.equals(lease, that.lease)
                && Objects.equals(retry, that.retry)
                && priority == that.priority
                && idempotent == that.idempotent
                && Objects.equals(idempotencyKey, that.idempotencyKey)
                && Objects.equals(concurrencyKey, that.concurrencyKey)
                && overlap == that.overlap
                && Objects.equals(notBefore, that.notBefore)
                && Objects.equals(notAfter, that.notAfter)
                && onDisconnect.equals(that.onDisconnect)
                && Objects.equals(parent, that.parent)
                && Objects.equals(traceparent, that.traceparent);
    }

    @Override
    public int hashCode() {
        return 31 * id.hashCode() + type.hashCode();
    }

    /** For people: id, type and arguments. */
    @Override
    public String toString() {
        return "TaskRequest[" + id + ", " + type + ", " + arguments + "]";
    }

    /** Collects the parts of a request. Not thread-safe. */
    public static final class Builder {

        private String type;
        private final Map<String, String> arguments = new LinkedHashMap<>();
        private @Nullable String id;
        private @Nullable Duration attemptTimeout;
        private @Nullable Duration deadline;
        private @Nullable Duration lease;
        private @Nullable RetryPolicy retry;
        private int priority;
        private boolean idempotent;
        private @Nullable String idempotencyKey;
        private @Nullable String concurrencyKey;
        private OverlapPolicy overlap = OverlapPolicy.SKIP;
        private @Nullable Instant notBefore;
        private @Nullable Instant notAfter;
        private DisconnectPolicy onDisconnect = DisconnectPolicy.goOn();
        private @Nullable String parent;
        private @Nullable String traceparent;

        private Builder(String type) {
            this.type = type;
        }

        /** The id, 1 to 128 characters; null for a random UUID. */
        public Builder id(@Nullable String id) {
            this.id = id;
            return this;
        }

        /** Which handler does it: 1 to 128 characters. */
        public Builder type(String type) {
            this.type = type;
            return this;
        }

        /** Adds an argument. */
        public Builder argument(String name, String value) {
            arguments.put(name, value);
            return this;
        }

        /** Adds arguments. */
        public Builder arguments(Map<String, String> more) {
            arguments.putAll(more);
            return this;
        }

        /** How long one attempt may take: more than zero; null for the default. */
        public Builder attemptTimeout(@Nullable Duration timeout) {
            this.attemptTimeout = timeout;
            return this;
        }

        /** How long the whole task may take: more than zero; null for no limit. */
        public Builder deadline(@Nullable Duration deadline) {
            this.deadline = deadline;
            return this;
        }

        /** How long an attempt may give no sign of life: more than zero; null for any time. */
        public Builder lease(@Nullable Duration lease) {
            this.lease = lease;
            return this;
        }

        /** How failed attempts are repeated; null for the default. */
        public Builder retry(@Nullable RetryPolicy retry) {
            this.retry = retry;
            return this;
        }

        /** How early among those that wait: -100 to 100. */
        public Builder priority(int priority) {
            this.priority = priority;
            return this;
        }

        /** That it does no harm to run it again after the agent died in the middle of an attempt. */
        public Builder idempotent() {
            return idempotent(true);
        }

        /** Whether it does no harm to run it again after the agent died in the middle of an attempt. */
        public Builder idempotent(boolean idempotent) {
            this.idempotent = idempotent;
            return this;
        }

        /** Names the work: 1 to 256 characters; null for no name. */
        public Builder idempotencyKey(@Nullable String key) {
            this.idempotencyKey = key;
            return this;
        }

        /** Keeps it from running beside others with the key, 1 to 256 characters; null for no key. */
        public Builder concurrency(@Nullable String key, OverlapPolicy overlap) {
            this.concurrencyKey = key;
            this.overlap = overlap;
            return this;
        }

        /** When it may begin at the earliest; null for at once. */
        public Builder notBefore(@Nullable Instant instant) {
            this.notBefore = instant;
            return this;
        }

        /** When it must have begun; null for whenever. */
        public Builder notAfter(@Nullable Instant instant) {
            this.notAfter = instant;
            return this;
        }

        /** What becomes of it while the control center is away. */
        public Builder onDisconnect(DisconnectPolicy policy) {
            this.onDisconnect = policy;
            return this;
        }

        /** What it belongs to: 1 to 128 characters; null for nothing. */
        public Builder parent(@Nullable String parent) {
            this.parent = parent;
            return this;
        }

        /** The W3C trace context that it belongs to, or null. */
        public Builder traceparent(@Nullable String traceparent) {
            this.traceparent = traceparent;
            return this;
        }

        /**
         * The request.
         *
         * @throws IllegalArgumentException if a value is out of range
         */
        public TaskRequest build() {
            return new TaskRequest(this);
        }
    }
}
