package dev.outpost.agent.task;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a request may say. */
final class RequestChecks {

    private static final int MOST_NAME_CHARS = 128;
    private static final int MOST_KEY_CHARS = 256;

    /** Instants travel as milliseconds since 1970: the years in which anybody plans. */
    private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00.001Z");

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

    private RequestChecks() {}

    static void check(TaskRequest request) {
        length("id", request.id(), MOST_NAME_CHARS);
        length("type", request.type(), MOST_NAME_CHARS);
        request.arguments().forEach((name, value) -> {
            Objects.requireNonNull(name, "argument's name");
            Objects.requireNonNull(value, () -> "argument '" + name + "'");
        });
        positive("attemptTimeout", request.attemptTimeout());
        positive("deadline", request.deadline());
        positive("lease", request.lease());
        if (request.priority() < -100 || request.priority() > 100) {
            throw new IllegalArgumentException("priority is " + request.priority() + "; allowed is -100 to 100");
        }
        length("idempotencyKey", request.idempotencyKey(), MOST_KEY_CHARS);
        length("concurrencyKey", request.concurrencyKey(), MOST_KEY_CHARS);
        Objects.requireNonNull(request.overlap(), "overlap");
        Objects.requireNonNull(request.onDisconnect(), "onDisconnect");
        length("parent", request.parent(), MOST_NAME_CHARS);
        instant("notBefore", request.notBefore());
        instant("notAfter", request.notAfter());
        if (request.notBefore() != null
                && request.notAfter() != null
                && request.notAfter().isBefore(request.notBefore())) {
            throw new IllegalArgumentException("notAfter is " + request.notAfter() + "; allowed is not before "
                    + request.notBefore() + " (notBefore)");
        }
    }

    private static void length(String what, @Nullable String value, int most) {
        if (value != null && (value.isEmpty() || value.length() > most)) {
            throw new IllegalArgumentException(
                    "the task's " + what + " has " + value.length() + " characters; allowed are 1 to " + most);
        }
    }

    private static void positive(String what, @Nullable Duration value) {
        if (value != null && (value.isNegative() || value.isZero())) {
            throw new IllegalArgumentException(what + " is " + value + "; allowed is more than zero");
        }
    }

    private static void instant(String what, @Nullable Instant value) {
        if (value != null && (value.isBefore(EARLIEST) || value.isAfter(LATEST))) {
            throw new IllegalArgumentException(what + " is " + value + "; allowed is " + EARLIEST + " to " + LATEST);
        }
    }
}
