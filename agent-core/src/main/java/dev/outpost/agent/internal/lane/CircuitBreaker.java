package dev.outpost.agent.internal.lane;

import dev.outpost.agent.transport.Backoff;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Decides when a destination that failed is tried again: after 2, 4, 8, 16, 32 s at random within the bound; after five
 * failures in a row it counts as open, and one batch a minute is tried until one is taken. Control loop only; the state may
 * be read by any thread.
 */
final class CircuitBreaker {

    private static final int OPENS_AFTER = 5;
    private static final Backoff LADDER = new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(60));

    private final RandomGenerator random;
    private int failures;
    private volatile State state = State.CLOSED;

    CircuitBreaker(RandomGenerator random) {
        this.random = random;
    }

    /** Where it stands. */
    enum State {
        /** Batches go. */
        CLOSED,
        /** Too many failed in a row; none goes for now. */
        OPEN,
        /** One is tried. */
        HALF_OPEN
    }

    State state() {
        return state;
    }

    /** A batch is about to be sent. */
    void onTry() {
        if (state == State.OPEN) {
            state = State.HALF_OPEN;
        }
    }

    void onTaken() {
        failures = 0;
        state = State.CLOSED;
    }

    /** How long to wait after a failure. */
    Duration onFailed() {
        failures++;
        if (failures >= OPENS_AFTER) {
            state = State.OPEN;
        }
        return LADDER.delay(Math.min(failures, OPENS_AFTER) + 1, random);
    }
}
