package dev.outpost.center;

import java.util.SortedMap;

/** A control center whose agents and whose telemetry handler a test drives by hand. */
final class CenterBench implements AutoCloseable {

    static final int WINDOW = 2;
    static final int WORKERS = 2;

    final ScriptedTelemetry telemetry = new ScriptedTelemetry();
    private final HandDrivenEndpoint endpoint = new HandDrivenEndpoint();
    final ControlCenterBuilder builder = ControlCenter.builder()
            .endpoint(endpoint)
            .authenticator(Authenticator.everybody())
            .telemetry(telemetry)
            .windowBatches(WINDOW)
            .workers(WORKERS);
    ControlCenter center;

    void start() throws Exception {
        center = builder.build();
        center.start();
    }

    /** A connection on which nothing has been said. */
    HandDrivenAgent connect() {
        return endpoint.connect();
    }

    SortedMap<String, Long> counters() {
        return center.counters();
    }

    @Override
    public void close() {
        telemetry.releaseAll();
        center.close();
    }
}
