package dev.outpost.agent.metric;

/**
 * SPI: reads some measurements now.
 *
 * <p><b>Thread:</b> the agent's sampler thread, one call at a time per source, at the interval given to the builder.
 * <b>Blocking:</b> a call should return within a few milliseconds. One that exceeds the agent's collection deadline is
 * interrupted, counted, and its thread is given up: the source gets no further call until that one returns, the other
 * sources go on. <b>Errors:</b> what it throws is counted and logged once in a while; points recorded before are kept.
 *
 * <p>A source that follows the OpenTelemetry semantic conventions feeds the heartbeat too: {@code
 * system.cpu.utilization} with {@code cpu.mode} (and no {@code cpu.logical_number}), {@code system.memory.usage} with
 * {@code system.memory.state=used}, and {@code system.memory.limit}.
 */
@FunctionalInterface
public interface MetricSource extends AutoCloseable {

    /**
     * Records the present measurements.
     *
     * @throws Exception when they cannot be read now
     */
    void collect(MetricRecorder recorder) throws Exception;

    /** What messages and counters call this source; by default its class's simple name. */
    default String name() {
        return getClass().getSimpleName();
    }

    /** Frees what the source holds; called once, after the last collection, when the agent closes. */
    @Override
    default void close() {}
}
