package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.BreakerPolicy;
import java.util.BitSet;

/** The circuit breaker of one task type, as {@link BreakerPolicy} describes it. Control loop only. */
final class TypeBreaker {

    private static final int LONGEST_TIMES = 10;

    private final BreakerPolicy policy;
    private final BitSet failed;
    private int next;
    private int seen;
    private int timesOpen;
    private State state = State.CLOSED;

    enum State {
        CLOSED,
        OPEN,
        /** One attempt may begin, and none beside it. */
        HALF_OPEN,
        /** The one attempt runs. */
        PROBING
    }

    TypeBreaker(BreakerPolicy policy) {
        this.policy = policy;
        this.failed = new BitSet(policy.window());
    }

    State state() {
        return state;
    }

    boolean permits() {
        return state == State.CLOSED || state == State.HALF_OPEN;
    }

    /**
     * An attempt begins.
     *
     * @return whether it is the one by whose end the breaker closes or opens again
     */
    boolean onBegin() {
        boolean probe = state == State.HALF_OPEN;
        if (probe) {
            state = State.PROBING;
        }
        return probe;
    }

    /** An attempt was cancelled or never really began: it says nothing. */
    void onNothing(boolean probe) {
        if (probe && state == State.PROBING) {
            state = State.HALF_OPEN;
        }
    }

    /**
     * An attempt has ended.
     *
     * @param probe what {@link #onBegin} said of it
     * @return for how long the breaker is open now, in nanoseconds; 0 when it did not open
     */
    long onEnd(boolean success, boolean probe) {
        if (probe && state == State.PROBING) {
            return success ? close() : open();
        }
        if (state != State.CLOSED) {
            return 0; // it began before the breaker opened
        }
        failed.set(next, !success);
        next = (next + 1) % policy.window();
        seen = Math.min(seen + 1, policy.window());
        boolean opens = seen == policy.window() && failed.cardinality() >= policy.failureRate() * policy.window();
        return opens ? open() : 0;
    }

    private long close() {
        state = State.CLOSED;
        failed.clear();
        next = 0;
        seen = 0;
        timesOpen = 0;
        return 0;
    }

    private long open() {
        state = State.OPEN;
        timesOpen++;
        long times = Math.min(LONGEST_TIMES, 1L << Math.min(timesOpen - 1, 10));
        return policy.openFor().toNanos() * times;
    }

    /** The time is over. */
    void onWaited() {
        state = State.HALF_OPEN;
    }
}
