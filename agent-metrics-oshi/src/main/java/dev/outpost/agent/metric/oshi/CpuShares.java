package dev.outpost.agent.metric.oshi;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricRecorder;
import java.util.List;

/** How one CPU, or all of them together, shared its time among the modes between the last two readings. */
final class CpuShares {

    private static final Instrument UTILIZATION = Instrument.gauge(
            "system.cpu.utilization", "1", "Share of CPU time spent in each mode since the last collection.");

    private final List<Attributes> attributes;
    private long[] before = {};
    private long[] now = {};

    /** Without a reading yet; {@code attributes} go with all points. */
    CpuShares(Attributes attributes) {
        this.attributes = CpuMode.eachWith(attributes);
    }

    /** Takes the next reading, whose array is kept and must not change. */
    void advance(long[] ticks) {
        before = now;
        now = ticks;
    }

    /** Records the share of each mode; nothing after the first reading or when no time has passed. */
    void record(MetricRecorder recorder) {
        if (before.length == 0) {
            return;
        }
        long all = 0;
        for (CpuMode mode : CpuMode.ALL) {
            all += spent(mode);
        }
        if (all == 0) {
            return;
        }
        for (int i = 0; i < attributes.size(); i++) {
            recorder.record(UTILIZATION, attributes.get(i), (double) spent(CpuMode.ALL.get(i)) / all);
        }
    }

    /** Never negative, although counters go back: iowait does on Linux by nature, all do when a CPU is taken away. */
    private long spent(CpuMode mode) {
        return Math.max(0, mode.millis(now) - mode.millis(before));
    }
}
