package dev.outpost.benchmarks;

import java.lang.management.ManagementFactory;

/** Bytes of this JVM's heap. */
final class Heap {

    private Heap() {}

    /** What survives; collected repeatedly, for references and cleaners take more than one turn. */
    static long retained() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(100);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
