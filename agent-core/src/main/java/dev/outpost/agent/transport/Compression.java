package dev.outpost.agent.transport;

/** How telemetry is compressed on its way to the control center and in the spool. */
public enum Compression {
    /** Not at all: the least CPU, for a network that is not the bottleneck. */
    NONE,
    /** RFC 1952, fastest level: four to five times less for usual log lines, at some 5 ms of CPU per MiB. */
    GZIP
}
