package dev.outpost.agent.metric.oshi;

import com.sun.management.ThreadMXBean;
import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import oshi.util.GlobalConfig;

/** Prints what collections cost this machine; run by hand, asserts nothing. */
final class CollectionCost {

    private static final int WARM_UP = 1_000;
    private static final int MEASURED = 500;
    private static final long FORGETTING_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private CollectionCost() {}

    /** Counts points and allocates nothing. */
    private static final class Counting implements MetricRecorder {

        private long points;

        @Override
        public void record(Instrument instrument, Attributes attributes, long value) {
            points++;
        }

        @Override
        public void record(Instrument instrument, Attributes attributes, double value) {
            points++;
        }

        @Override
        public void since(long epochNanos) {}
    }

    /** Prints a line for the first collection, and one for each source in its steady state. */
    public static void main(String[] args) throws Exception {
        // What OSHI remembers, for 300 ms unless told otherwise, would hide the cost of the next collection.
        GlobalConfig.set(GlobalConfig.OSHI_UTIL_MEMOIZER_EXPIRATION, 1);
        System.out.printf("%-20s %10s %12s %12s %8s%n", "source", "CPU us", "elapsed us", "allocated B", "points");
        MetricSource all = OshiMetrics.all();
        measure("first use", all, 1);
        for (MetricSource source : List.of(
                OshiMetrics.cpu(),
                OshiMetrics.memory(),
                OshiMetrics.cgroup(),
                OshiMetrics.process(),
                OshiMetrics.network(),
                OshiMetrics.disks(),
                OshiMetrics.fileSystems(),
                all)) {
            collect(source, WARM_UP);
            measure(source.name(), source, MEASURED);
        }
    }

    private static void collect(MetricSource source, int times) throws Exception {
        Counting ignored = new Counting();
        for (int i = 0; i < times; i++) {
            LockSupport.parkNanos(FORGETTING_NANOS);
            source.collect(ignored);
        }
    }

    private static void measure(String label, MetricSource source, int times) throws Exception {
        Counting counting = new Counting();
        long thread = Thread.currentThread().getId();
        long allocated = 0;
        long cpu = 0;
        long elapsed = 0;
        for (int i = 0; i < times; i++) {
            LockSupport.parkNanos(FORGETTING_NANOS);
            long allocatedBefore = THREADS.getThreadAllocatedBytes(thread);
            long cpuBefore = THREADS.getCurrentThreadCpuTime();
            long elapsedBefore = System.nanoTime();
            source.collect(counting);
            elapsed += System.nanoTime() - elapsedBefore;
            cpu += THREADS.getCurrentThreadCpuTime() - cpuBefore;
            allocated += THREADS.getThreadAllocatedBytes(thread) - allocatedBefore;
        }
        System.out.printf(
                "%-20s %10.1f %12.1f %12d %8d%n",
                label, cpu / 1e3 / times, elapsed / 1e3 / times, allocated / times, counting.points / times);
    }
}
