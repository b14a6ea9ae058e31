package dev.outpost.agent.metric.oshi;

import dev.outpost.agent.metric.MetricRecorder;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import oshi.SystemInfo;
import oshi.hardware.HardwareAbstractionLayer;
import oshi.software.os.OperatingSystem;
import oshi.spi.SystemInfoProvider;

/** OSHI's view of the machine, made at first use and then kept: making it anew costs milliseconds. Thread-safe. */
final class Machine {

    private static final Machine SHARED = new Machine(Machine::bestProvider);

    private final Supplier<SystemInfoProvider> factory;
    private @Nullable SystemInfoProvider provider;

    Machine(Supplier<SystemInfoProvider> factory) {
        this.factory = factory;
    }

    /** The one that all sources of an application use. */
    static Machine shared() {
        return SHARED;
    }

    /**
     * OSHI without native code where it can do that (Linux, NetBSD), else through JNA. Without native code it unpacks no
     * library into a temporary directory, needs no {@code --enable-native-access}, and updates a disk forty times
     * faster; OSHI's own factory would prefer JNA everywhere.
     */
    private static SystemInfoProvider bestProvider() {
        SystemInfoProvider nativeFree = new oshi.nativefree.SystemInfo();
        return nativeFree.isAvailable() ? nativeFree : new SystemInfo();
    }

    HardwareAbstractionLayer hardware() {
        return provider().getHardware();
    }

    OperatingSystem system() {
        return provider().getOperatingSystem();
    }

    /** When the machine was started, which is when the kernel's counters were 0; nanoseconds since 1970. */
    long bootEpochNanos() {
        return TimeUnit.SECONDS.toNanos(system().getSystemBootTime());
    }

    /** Declares the totals that follow to be counters of the kernel. */
    void countFromBoot(MetricRecorder recorder) {
        recorder.since(bootEpochNanos());
    }

    private synchronized SystemInfoProvider provider() {
        SystemInfoProvider present = provider;
        if (present == null) {
            present = factory.get();
            provider = present;
        }
        return present;
    }
}
