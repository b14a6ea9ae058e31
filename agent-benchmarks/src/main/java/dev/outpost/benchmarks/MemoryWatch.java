package dev.outpost.benchmarks;

import com.sun.management.GarbageCollectionNotificationInfo;
import io.grpc.netty.shaded.io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/**
 * What memory this JVM needs: heap in use after each collection, the collections' pauses, memory outside of the heap. After
 * a young collection there is garbage left in the old regions, so that the largest such figure is an upper bound of what was
 * alive.
 */
final class MemoryWatch {

    private static final Path STATUS = Path.of("/proc/self/status");

    private final Set<String> heapPools;
    private long mostHeap;
    private long pauses;
    private long pausedMillis;
    private long longestPauseMillis;
    private long mostDirect;

    private MemoryWatch() {
        heapPools = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getName)
                .collect(Collectors.toSet());
    }

    /** Watches from now on. */
    static MemoryWatch start() {
        MemoryWatch watch = new MemoryWatch();
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) collector)
                    .addNotificationListener(
                            (notification, nothing) -> watch.onCollected(
                                    GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData())),
                            notification -> notification
                                    .getType()
                                    .equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION),
                            null);
        }
        return watch;
    }

    private synchronized void onCollected(GarbageCollectionNotificationInfo collection) {
        long heap = 0;
        for (Map.Entry<String, MemoryUsage> pool :
                collection.getGcInfo().getMemoryUsageAfterGc().entrySet()) {
            if (heapPools.contains(pool.getKey())) {
                heap += pool.getValue().getUsed();
            }
        }
        mostHeap = Math.max(mostHeap, heap);
        pauses++;
        pausedMillis += collection.getGcInfo().getDuration();
        longestPauseMillis = Math.max(longestPauseMillis, collection.getGcInfo().getDuration());
        mostDirect = Math.max(mostDirect, direct());
    }

    /** Buffers of the JDK, and those of gRPC's Netty, which the JDK does not know of. */
    private static long direct() {
        long ofJdk = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return ofJdk + Math.max(0, PlatformDependent.usedDirectMemory());
    }

    /** Watches the memory outside of the heap for so long; the most of it. */
    double mostDirectMegabytes(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        long most = direct();
        while (System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(50);
            most = Math.max(most, direct());
        }
        return most / 1e6;
    }

    /** Adds what was seen so far. */
    synchronized Figures into(Figures figures) throws IOException {
        return figures.with("heap", mostHeap / 1e6)
                .with("pauses", pauses)
                .with("paused", pausedMillis)
                .with("pause", longestPauseMillis)
                .with("direct", Math.max(mostDirect, direct()) / 1e6)
                .with("resident", residentMegabytes());
    }

    /** The most memory that the process ever had, by the kernel's count; 0 where it does not say. */
    private static double residentMegabytes() throws IOException {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024 / 1e6)
                    .findFirst()
                    .orElse(0);
        }
    }

    /** For people: what {@link #into} added. */
    static String describe(Figures figures) {
        return "heap after collections at most " + figures.text("heap") + " MB, direct " + figures.text("direct")
                + " MB, process " + figures.text("resident") + " MB; " + figures.text("pauses") + " pauses of "
                + figures.text("paused") + " ms, the longest " + figures.text("pause") + " ms";
    }
}
