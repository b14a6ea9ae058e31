package dev.outpost.agent.metric.oshi;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Time that passes when told to. */
final class FakeNanos implements LongSupplier {

    // Where System.nanoTime may start: not at 0, and near enough to the end to run over.
    private long now = Long.MAX_VALUE - 5;

    @Override
    public long getAsLong() {
        return now;
    }

    void pass(Duration duration) {
        now += duration.toNanos();
    }
}
