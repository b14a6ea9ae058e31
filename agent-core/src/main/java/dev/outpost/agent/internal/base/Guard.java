package dev.outpost.agent.internal.base;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Runs what the agent's authors did not write. Whatever it throws is counted as {@code user.failures{<what>}}, logged once
 * in a while, and goes no further; an interrupt that it leaves behind on a thread of the agent is taken away, for a loop
 * that is interrupted could not park any more. Thread-safe.
 */
public final class Guard {

    private final Counters counters;
    private final ThrottledLog log;

    /** With where to count and log. */
    public Guard(Counters counters, ThrottledLog log) {
        this.counters = counters;
        this.log = log;
    }

    /** Something that returns nothing and may throw anything. */
    @FunctionalInterface
    public interface Action {
        /** Does it. */
        void run() throws Exception;
    }

    /**
     * Runs {@code action}.
     *
     * @param what names the code in counters and logs
     * @return what it threw, or null
     */
    public @Nullable Throwable run(String what, Action action) {
        try {
            action.run();
            return null;
        } catch (Throwable t) { // user code: any Error must be survived as well
            failed(what, t);
            return t;
        } finally {
            takeInterruptAway();
        }
    }

    /** Calls {@code supplier}; {@code otherwise} when it throws or gives null. */
    public <T> T call(String what, Callable<? extends @Nullable T> supplier, T otherwise) {
        try {
            T value = supplier.call();
            return value == null ? otherwise : value;
        } catch (Throwable t) { // user code: any Error must be survived as well
            failed(what, t);
            return otherwise;
        } finally {
            takeInterruptAway();
        }
    }

    private static void takeInterruptAway() {
        if (AgentThreads.isServiceThread()) {
            Thread.interrupted();
        }
    }

    /** Counts and logs a failure that was caught elsewhere. */
    public void failed(String what, Throwable t) {
        counters.counter("user.failures", what).increment();
        log.warn("user.failure." + what, what + " failed: " + describe(t), t);
    }

    /** Its {@code toString}, which is user code as well; when that fails, its class. */
    public static String describe(Throwable t) {
        try {
            return String.valueOf(t.toString());
        } catch (Throwable second) { // user code: any Error must be survived as well
            return t.getClass().getName();
        }
    }
}
