package dev.outpost.agent.log;

import dev.outpost.agent.attribute.Attributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One log entry, immutable. Fields and their meaning are those of the
 * <a href="https://opentelemetry.io/docs/specs/otel/logs/data-model/">OpenTelemetry log data model</a>.
 *
 * @param epochNanos when it happened, nanoseconds since 1970-01-01T00:00:00Z; 0 means "when it is published"
 * @param severity how bad it is
 * @param body what happened, in words
 * @param attributes what it was about
 * @param traceId the W3C trace id, 32 lower-case hexadecimal digits, or null
 * @param spanId the W3C span id, 16 lower-case hexadecimal digits, or null
 */
public record LogRecord(
        long epochNanos,
        Severity severity,
        String body,
        Attributes attributes,
        @Nullable String traceId,
        @Nullable String spanId) {

    /**
     * Checks the ids.
     *
     * @throws IllegalArgumentException if an id is not made of exactly the digits that W3C trace context asks for
     */
    public LogRecord {
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(body, "body");
        Objects.requireNonNull(attributes, "attributes");
        requireHex("traceId", traceId, 32);
        requireHex("spanId", spanId, 16);
    }

    /** A record without trace context that happens when it is published. */
    public static LogRecord of(Severity severity, String body, Attributes attributes) {
        return new LogRecord(0, severity, body, attributes, null, null);
    }

    private static void requireHex(String what, @Nullable String id, int digits) {
        if (id == null) {
            return;
        }
        boolean fits = id.length() == digits;
        for (int i = 0; fits && i < digits; i++) {
            char c = id.charAt(i);
            fits = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    what + " '" + id + "' is not made of " + digits + " lower-case hexadecimal digits");
        }
    }
}
