package dev.outpost.agent.task;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done, immutable.
 *
 * @param id unique for ever; the same id again is the same task and is not run a second time. 1 to 128 characters
 * @param type which handler does it. 1 to 128 characters
 * @param arguments what the handler is to know, in order
 * @param attemptTimeout how long one attempt may take, measured monotonically; null for the agent's default
 * @param deadline how long the whole task may take from its acceptance, all attempts and waits; null for no limit
 * @param retry how failed attempts are repeated; null for the handler's or agent's default
 * @param priority the higher, the earlier among those that wait; 0 is usual, -100 to 100
 * @param traceparent the W3C trace context that it belongs to, or null
 */
public record TaskRequest(
        String id,
        String type,
        Map<String, String> arguments,
        @Nullable Duration attemptTimeout,
        @Nullable Duration deadline,
        @Nullable RetryPolicy retry,
        int priority,
        @Nullable String traceparent) {

    /**
     * Copies the arguments and checks the values.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public TaskRequest {
        requireLength("id", id);
        requireLength("type", type);
        arguments.forEach((name, value) -> {
            Objects.requireNonNull(name, "argument's name");
            Objects.requireNonNull(value, () -> "argument '" + name + "'");
        });
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
        requirePositive("attemptTimeout", attemptTimeout);
        requirePositive("deadline", deadline);
        if (priority < -100 || priority > 100) {
            throw new IllegalArgumentException("priority is " + priority + "; allowed is -100 to 100");
        }
    }

    /** A request with a new random id. */
    public static Builder of(String type) {
        return new Builder(type);
    }

    private static void requireLength(String what, String value) {
        if (value.isEmpty() || value.length() > 128) {
            throw new IllegalArgumentException(
                    "the task's " + what + " has " + value.length() + " characters; allowed are 1 to 128");
        }
    }

    private static void requirePositive(String what, @Nullable Duration value) {
        if (value != null && (value.isNegative() || value.isZero())) {
            throw new IllegalArgumentException(what + " is " + value + "; allowed is more than zero");
        }
    }

    /** Collects the parts of a request. Not thread-safe. */
    public static final class Builder {

        private final String type;
        private final Map<String, String> arguments = new LinkedHashMap<>();
        private @Nullable String id;
        private @Nullable Duration attemptTimeout;
        private @Nullable Duration deadline;
        private @Nullable RetryPolicy retry;
        private int priority;
        private @Nullable String traceparent;

        private Builder(String type) {
            this.type = type;
        }

        /** The id; without it a random UUID. */
        public Builder id(String id) {
            this.id = id;
            return this;
        }

        /** Adds an argument. */
        public Builder argument(String name, String value) {
            arguments.put(name, value);
            return this;
        }

        /** How long one attempt may take. */
        public Builder attemptTimeout(Duration timeout) {
            this.attemptTimeout = timeout;
            return this;
        }

        /** How long the whole task may take. */
        public Builder deadline(Duration deadline) {
            this.deadline = deadline;
            return this;
        }

        /** How failed attempts are repeated. */
        public Builder retry(RetryPolicy retry) {
            this.retry = retry;
            return this;
        }

        /** How early among those that wait. */
        public Builder priority(int priority) {
            this.priority = priority;
            return this;
        }

        /** The W3C trace context that it belongs to. */
        public Builder traceparent(String traceparent) {
            this.traceparent = traceparent;
            return this;
        }

        /**
         * The request.
         *
         * @throws IllegalArgumentException if a value is out of range
         */
        public TaskRequest build() {
            String taskId = id == null ? UUID.randomUUID().toString() : id;
            return new TaskRequest(taskId, type, arguments, attemptTimeout, deadline, retry, priority, traceparent);
        }
    }
}
