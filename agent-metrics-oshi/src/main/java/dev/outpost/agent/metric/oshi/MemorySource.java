package dev.outpost.agent.metric.oshi;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import java.io.IOException;
import oshi.hardware.GlobalMemory;
import oshi.hardware.VirtualMemory;
import oshi.util.PlatformEnum;

/** Memory and swap space of the machine; see {@link OshiMetrics#memory()}. */
final class MemorySource implements MetricSource {

    private static final Instrument USAGE =
            Instrument.upDownCounter("system.memory.usage", "By", "Memory of the machine by state.");
    private static final Instrument UTILIZATION =
            Instrument.gauge("system.memory.utilization", "1", "Share of the machine's memory in each state.");
    private static final Instrument LIMIT =
            Instrument.upDownCounter("system.memory.limit", "By", "Memory the machine has.");
    /** Was {@code system.linux.memory.available} until version 1.38 of the conventions. */
    private static final Instrument LINUX_AVAILABLE = Instrument.upDownCounter(
            "system.memory.linux.available",
            "By",
            "Memory that programs can get without swapping, as Linux estimates.");

    private static final Attributes USED = Attributes.of("system.memory.state", "used");
    private static final Attributes FREE = Attributes.of("system.memory.state", "free");

    private static final Instrument PAGING_USAGE =
            Instrument.upDownCounter("system.paging.usage", "By", "Swap space or page files by state.");
    private static final Instrument PAGING_UTILIZATION =
            Instrument.gauge("system.paging.utilization", "1", "Share of swap space or page files in each state.");

    private static final Attributes PAGING_USED = Attributes.of("system.paging.state", "used");
    private static final Attributes PAGING_FREE = Attributes.of("system.paging.state", "free");

    private final Machine machine;

    MemorySource(Machine machine) {
        this.machine = machine;
    }

    @Override
    public String name() {
        return "oshi-memory";
    }

    @Override
    public void collect(MetricRecorder recorder) throws IOException {
        GlobalMemory memory = machine.hardware().getMemory();
        long limit = memory.getTotal();
        long available = memory.getAvailable();
        if (limit <= 0) {
            throw new IOException("the operating system did not tell how much memory there is");
        }
        long used = limit - available;
        recorder.record(USAGE, USED, used);
        recorder.record(USAGE, FREE, available);
        recorder.record(UTILIZATION, USED, (double) used / limit);
        recorder.record(UTILIZATION, FREE, (double) available / limit);
        recorder.record(LIMIT, limit);
        if (PlatformEnum.getCurrentPlatform() == PlatformEnum.LINUX) {
            recorder.record(LINUX_AVAILABLE, available);
        }
        recordPaging(recorder, memory.getVirtualMemory());
    }

    private static void recordPaging(MetricRecorder recorder, VirtualMemory swap) {
        long limit = swap.getSwapTotal();
        long used = swap.getSwapUsed();
        long free = Math.max(0, limit - used);
        recorder.record(PAGING_USAGE, PAGING_USED, used);
        recorder.record(PAGING_USAGE, PAGING_FREE, free);
        if (limit > 0) { // many machines have none, of which there is no share
            recorder.record(PAGING_UTILIZATION, PAGING_USED, (double) used / limit);
            recorder.record(PAGING_UTILIZATION, PAGING_FREE, (double) free / limit);
        }
    }
}
