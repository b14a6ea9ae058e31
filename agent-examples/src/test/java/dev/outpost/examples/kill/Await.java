package dev.outpost.examples.kill;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what happens elsewhere. */
final class Await {

    private static final long LOOK_AGAIN_NANOS = 2_000_000;

    private Await() {}

    /** Waits until {@code condition}, but not for longer than that; says whether it came true. */
    static boolean upTo(long time, TimeUnit unit, BooleanSupplier condition) {
        long end = System.nanoTime() + unit.toNanos(time);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        return true;
    }
}
