package dev.outpost.agent.metric.oshi;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import oshi.hardware.CentralProcessor;

/** CPU time, its shares, the number of CPUs, and the load averages; see {@link OshiMetrics#cpu()}. */
final class CpuSource implements MetricSource {

    private static final Instrument TIME =
            Instrument.counter("system.cpu.time", "s", "Time all CPUs together spent in each mode.");
    private static final Instrument LOGICAL_COUNT =
            Instrument.upDownCounter("system.cpu.logical.count", "{cpu}", "CPUs the operating system schedules on.");
    private static final Instrument PHYSICAL_COUNT =
            Instrument.upDownCounter("system.cpu.physical.count", "{cpu}", "Processor cores of the hardware.");
    private static final List<Instrument> LOAD_AVERAGES =
            List.of(loadAverage("1m", "1 minute"), loadAverage("5m", "5 minutes"), loadAverage("15m", "15 minutes"));

    private static final double MILLIS_PER_SECOND = 1_000;

    private final Machine machine;
    private final List<Attributes> modes = CpuMode.eachWith(Attributes.empty());
    private final CpuShares total = new CpuShares(Attributes.empty());
    private CpuShares[] cores = {};

    CpuSource(Machine machine) {
        this.machine = machine;
    }

    private static Instrument loadAverage(String suffix, String period) {
        return Instrument.gauge(
                "system.cpu.load_average." + suffix, "{thread}", "Average CPU load over " + period + ".");
    }

    @Override
    public String name() {
        return "oshi-cpu";
    }

    @Override
    public void collect(MetricRecorder recorder) throws IOException {
        CentralProcessor processor = machine.hardware().getProcessor();
        recorder.record(LOGICAL_COUNT, processor.getLogicalProcessorCount());
        recorder.record(PHYSICAL_COUNT, processor.getPhysicalProcessorCount());
        recordLoad(recorder, processor.getSystemLoadAverage(LOAD_AVERAGES.size()));

        long[] ticks = processor.getSystemCpuLoadTicks();
        if (Arrays.stream(ticks).sum() == 0) {
            // OSHI's way to say so; taken at its word, all totals would start again
            throw new IOException("the operating system told no CPU times");
        }
        machine.countFromBoot(recorder);
        for (int i = 0; i < modes.size(); i++) {
            recorder.record(TIME, modes.get(i), CpuMode.ALL.get(i).millis(ticks) / MILLIS_PER_SECOND);
        }
        // Its own total, not the sum over cores: that would go back when a core is taken offline.
        total.advance(ticks);
        total.record(recorder);
        recordCores(recorder, processor.getProcessorCpuLoadTicks());
    }

    private void recordLoad(MetricRecorder recorder, double[] averages) {
        for (int i = 0; i < averages.length; i++) {
            if (averages[i] >= 0) { // negative where the operating system knows none, as on Windows
                recorder.record(LOAD_AVERAGES.get(i), averages[i]);
            }
        }
    }

    private void recordCores(MetricRecorder recorder, long[][] ticks) {
        int count = Math.min(ticks.length, Devices.MOST);
        if (cores.length != count) {
            cores = new CpuShares[count];
            Arrays.setAll(cores, CpuSource::sharesOfCore);
        }
        for (int i = 0; i < count; i++) {
            cores[i].advance(ticks[i]);
            cores[i].record(recorder);
        }
    }

    private static CpuShares sharesOfCore(int number) {
        return new CpuShares(
                Attributes.builder().put("cpu.logical_number", (long) number).build());
    }
}
