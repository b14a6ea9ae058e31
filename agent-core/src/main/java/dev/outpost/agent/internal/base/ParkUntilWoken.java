package dev.outpost.agent.internal.base;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waiting of the control loop: looks again for a moment, then parks until it is woken or its next timer is due. No
 * wake-ups without cause, and a wake-up costs its sender only when the loop is really parked.
 */
public final class ParkUntilWoken implements IdleStrategy {

    private static final int SPINS = 100;

    private final LongSupplier nanosToNextTimer;
    private BooleanSupplier hasWork = () -> false;
    private int spins;
    private volatile boolean parked;
    private volatile @Nullable Thread thread;

    /** With how long the loop may park at most. */
    public ParkUntilWoken(LongSupplier nanosToNextTimer) {
        this.nanosToNextTimer = nanosToNextTimer;
    }

    /** Sets what is asked once more right before parking. */
    public void lookAtBeforeParking(BooleanSupplier hasWork) {
        this.hasWork = hasWork;
    }

    @Override
    public void reset() {
        spins = 0;
    }

    @Override
    public void idle() {
        if (spins++ < SPINS) {
            Thread.onSpinWait();
            return;
        }
        thread = Thread.currentThread();
        parked = true;
        if (!hasWork.getAsBoolean()) {
            long nanos = nanosToNextTimer.getAsLong();
            if (nanos > 0) {
                LockSupport.parkNanos(this, nanos);
            }
        }
        parked = false;
    }

    @Override
    public void wake() {
        if (parked) {
            parked = false;
            LockSupport.unpark(thread);
        }
    }
}
