package dev.outpost.agent.metric.oshi;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import oshi.software.os.OSProcess;
import oshi.util.PlatformEnum;

/** The process this runs in; see {@link OshiMetrics#process()}. */
final class ProcessSource implements MetricSource {

    private static final Instrument CPU_TIME =
            Instrument.counter("process.cpu.time", "s", "CPU time the process has used in each mode.");
    private static final Instrument CPU_UTILIZATION = Instrument.gauge(
            "process.cpu.utilization", "1", "Share of the CPUs it may use that the process used in each mode.");
    private static final Instrument MEMORY =
            Instrument.upDownCounter("process.memory.usage", "By", "Physical memory of the process.");
    private static final Instrument VIRTUAL_MEMORY =
            Instrument.upDownCounter("process.memory.virtual", "By", "Virtual memory of the process.");
    private static final Instrument THREADS =
            Instrument.upDownCounter("process.thread.count", "{thread}", "Threads of the process.");
    private static final Instrument UPTIME = Instrument.gauge("process.uptime", "s", "How long the process has run.");
    private static final Instrument OPEN_FILES = PlatformEnum.getCurrentPlatform() == PlatformEnum.WINDOWS
            ? Instrument.upDownCounter("process.windows.handle.count", "{handle}", "Handles the process holds.")
            : Instrument.upDownCounter(
                    "process.unix.file_descriptor.count", "{file_descriptor}", "Open files of the process.");

    private static final Attributes USER = Attributes.of("cpu.mode", "user");
    private static final Attributes SYSTEM = Attributes.of("cpu.mode", "system");

    private static final double MILLIS_PER_SECOND = 1_000;

    private final Machine machine;
    private final CpuRate user;
    private final CpuRate system;
    private @Nullable OSProcess process;

    ProcessSource(Machine machine, LongSupplier nanoTime) {
        this.machine = machine;
        this.user = new CpuRate(nanoTime);
        this.system = new CpuRate(nanoTime);
    }

    @Override
    public String name() {
        return "oshi-process";
    }

    @Override
    public void collect(MetricRecorder recorder) throws IOException {
        OSProcess self = upToDate();
        recorder.since(TimeUnit.MILLISECONDS.toNanos(self.getStartTime()));
        recorder.record(CPU_TIME, USER, self.getUserTime() / MILLIS_PER_SECOND);
        recorder.record(CPU_TIME, SYSTEM, self.getKernelTime() / MILLIS_PER_SECOND);
        recordUtilization(recorder, self);
        recorder.record(MEMORY, self.getResidentMemory());
        recorder.record(VIRTUAL_MEMORY, self.getVirtualSize());
        recorder.record(THREADS, self.getThreadCount());
        long openFiles = self.getOpenFiles();
        if (openFiles > 0) { // OSHI's way to say that it cannot know
            recorder.record(OPEN_FILES, openFiles);
        }
        recorder.record(UPTIME, self.getUpTime() / MILLIS_PER_SECOND);
    }

    private OSProcess upToDate() throws IOException {
        OSProcess self = process;
        if (self == null) {
            self = machine.system().getCurrentProcess();
            process = self;
        } else if (!self.updateAttributes()) {
            throw new IOException("the operating system tells nothing of process " + self.getProcessID());
        }
        return self;
    }

    private void recordUtilization(MetricRecorder recorder, OSProcess self) {
        double cpus = Runtime.getRuntime().availableProcessors();
        double inUser = user.advance(TimeUnit.MILLISECONDS.toNanos(self.getUserTime()));
        double inSystem = system.advance(TimeUnit.MILLISECONDS.toNanos(self.getKernelTime()));
        if (inUser != CpuRate.UNKNOWN && inSystem != CpuRate.UNKNOWN) {
            recorder.record(CPU_UTILIZATION, USER, inUser / cpus);
            recorder.record(CPU_UTILIZATION, SYSTEM, inSystem / cpus);
        }
    }
}
