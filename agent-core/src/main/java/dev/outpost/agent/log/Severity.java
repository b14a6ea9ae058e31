package dev.outpost.agent.log;

/**
 * How bad it is, with the numbers of the
 * <a href="https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber">OpenTelemetry log data
 * model</a> (the lowest of each range of four).
 */
public enum Severity {
    /** Fine-grained detail. */
    TRACE(1),
    /** Detail for debugging. */
    DEBUG(5),
    /** Something happened that is as it should be. */
    INFO(9),
    /** Something may need attention. */
    WARN(13),
    /** Something failed. */
    ERROR(17),
    /** The program cannot go on. */
    FATAL(21);

    private static final Severity[] BY_RANGE = values();

    private final int number;

    Severity(int number) {
        this.number = number;
    }

    /** The OTLP {@code severity_number}. */
    public int number() {
        return number;
    }

    /** The severity whose range holds an OTLP {@code severity_number}; numbers outside 1 to 24 give the nearest. */
    public static Severity ofNumber(int number) {
        int range = (Math.max(1, Math.min(24, number)) - 1) / 4;
        return BY_RANGE[range];
    }
}
