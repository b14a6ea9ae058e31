package dev.outpost.agent.internal.metric;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.protocol.Heartbeat.HostFigures;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Picks the heartbeat's figures out of what sources record, by OpenTelemetry's names: CPU in use is 1 minus the share of
 * {@code cpu.mode} idle and iowait. Written by the sampler thread, read by the control loop.
 */
final class HostVitals {

    private double idleShare;
    private boolean idleSeen;
    private volatile double cpuUtilization = Double.NaN;
    private volatile long memoryUsed = -1;
    private volatile long memoryLimit = -1;

    void begin() {
        idleShare = 0;
        idleSeen = false;
    }

    void see(Instrument instrument, Attributes attributes, double value) {
        switch (instrument.name()) {
            case "system.cpu.utilization" -> {
                Object mode = attributes.get("cpu.mode");
                boolean total = attributes.get("cpu.logical_number") == null;
                if (total && ("idle".equals(mode) || "iowait".equals(mode))) {
                    idleShare += value;
                    idleSeen = true;
                }
            }
            case "system.memory.usage" -> {
                if ("used".equals(attributes.get("system.memory.state"))) {
                    memoryUsed = (long) value;
                }
            }
            case "system.memory.limit" -> memoryLimit = (long) value;
            default -> {
                // of no concern to the heartbeat
            }
        }
    }

    void end() {
        if (idleSeen) {
            cpuUtilization = Math.max(0, Math.min(1, 1 - idleShare));
        }
    }

    HostFigures figures() {
        double cpu = cpuUtilization;
        long used = memoryUsed;
        long limit = memoryLimit;
        return new HostFigures(
                Double.isNaN(cpu) ? OptionalDouble.empty() : OptionalDouble.of(cpu),
                used < 0 ? OptionalLong.empty() : OptionalLong.of(used),
                limit < 0 ? OptionalLong.empty() : OptionalLong.of(limit));
    }
}
