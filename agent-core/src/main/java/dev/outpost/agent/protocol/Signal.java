package dev.outpost.agent.protocol;

/** What a telemetry stream carries. */
public enum Signal {
    /** Not known here. */
    UNSPECIFIED,
    /** Log records. */
    LOGS,
    /** Metric data points. */
    METRICS
}
