package dev.outpost.agent;

import dev.outpost.agent.internal.metric.SourceEntry;
import dev.outpost.agent.internal.runtime.AgentConfig;
import dev.outpost.agent.internal.telemetry.BatchLimits;
import dev.outpost.agent.log.LogSink;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.metric.MetricSink;
import dev.outpost.agent.spool.LaneOverflow;
import dev.outpost.agent.spool.Spool;
import dev.outpost.agent.transport.Compression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the builder is told of logs and metrics: where they come from, how they are held and batched, and where they go beside the
 * control center. As thread-safe as the builder: not.
 */
final class TelemetryChoices {

    final Map<String, LogSink> logSinks = new LinkedHashMap<>();
    final Map<String, MetricSink> metricSinks = new LinkedHashMap<>();
    final List<SourceEntry> sources = new ArrayList<>();

    int ringSlots = 8192;
    OverflowPolicy overflow = OverflowPolicy.blockFor(Duration.ofMillis(50)).fromSeverity(Severity.WARN);
    int batchRecords = 100;
    int batchBytes = 256 * 1024;
    Duration batchInterval = Duration.ofSeconds(5);
    int maxRecordBytes = 64 * 1024;
    long laneBytes = 32L << 20;
    LaneOverflow laneOverflow = LaneOverflow.spill();
    Compression compression = Compression.NONE;

    @Nullable Spool spool;

    Duration ownMetrics = Duration.ofMinutes(1);
    Duration collectionDeadline = Duration.ofSeconds(5);

    /** Adds a source, a second one of its name too; whether its name is new. */
    boolean add(SourceEntry source) {
        boolean isNew = sources.stream().noneMatch(entry -> entry.name().equals(source.name()));
        sources.add(source);
        return isNew;
    }

    /** Whether logs or metrics go anywhere but to the control center. */
    boolean hasSinks() {
        return !logSinks.isEmpty() || !metricSinks.isEmpty();
    }

    void checkSinkNames(SettingsCheck check) {
        logSinks.keySet().forEach(name -> check.sinkName("logSink", name));
        metricSinks.keySet().forEach(name -> check.sinkName("metricSink", name));
    }

    /** Looks for what cannot work; metrics need a destination, which a control center is. */
    void check(SettingsCheck check, boolean hasCenter) {
        check.range("ringSlots", ringSlots, 64, 1 << 20);
        if (Integer.bitCount(ringSlots) != 1) {
            check.add("ringSlots", Integer.toString(ringSlots), "a power of two");
        }
        check.range("batchRecords", batchRecords, 1, 100_000);
        check.range("batchBytes", batchBytes, 1_024, 1 << 20);
        check.range("batchInterval", batchInterval, Duration.ofMillis(10), Duration.ofMinutes(5));
        check.range("maxRecordBytes", maxRecordBytes, 256, 512 * 1024);
        check.range("laneBytes", laneBytes, Math.max(1L << 20, 2L * (batchBytes + maxRecordBytes)), 4L << 30);
        sources.forEach(entry -> check.range("metrics", entry.interval(), Duration.ofMillis(100), Duration.ofDays(1)));
        if (!sources.isEmpty() && !hasCenter && metricSinks.isEmpty()) {
            check.add(
                    "metrics",
                    sources.size() + " sources without a destination",
                    "metrics need a transport or a metricSink");
        }
        if (spool != null) {
            check.spool(spool);
        }
        if (!ownMetrics.isZero()) {
            check.range("ownMetrics", ownMetrics, Duration.ofMillis(100), Duration.ofDays(1));
        }
        check.range("collectionDeadline", collectionDeadline, Duration.ofMillis(100), Duration.ofMinutes(5));
    }

    AgentConfig.Telemetry config() {
        return new AgentConfig.Telemetry(
                ringSlots,
                overflow,
                new BatchLimits(batchRecords, batchBytes, batchInterval.toNanos()),
                maxRecordBytes,
                laneBytes,
                laneOverflow,
                compression);
    }
}
