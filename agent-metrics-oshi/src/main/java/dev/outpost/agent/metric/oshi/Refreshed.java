package dev.outpost.agent.metric.oshi;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that is costly to find out and seldom changes: found out at first use, and anew when it is 30 seconds old. Used
 * by one thread.
 */
final class Refreshed<T> {

    /** How old a value may become. */
    static final long MOST_AGE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Finds out the value. */
    @FunctionalInterface
    interface Reader<T> {
        T read() throws IOException;
    }

    private final Reader<T> reader;
    private final LongSupplier nanoTime;
    private @Nullable T value;
    private long readAt;
    private boolean fresh;

    Refreshed(Reader<T> reader, LongSupplier nanoTime) {
        this.reader = reader;
        this.nanoTime = nanoTime;
    }

    /** The value; when it cannot be found out now, the next call tries again. */
    T get() throws IOException {
        long now = nanoTime.getAsLong();
        T present = value;
        fresh = present == null || now - readAt >= MOST_AGE_NANOS;
        if (present == null || fresh) {
            value = null;
            present = reader.read();
            value = present;
            readAt = now;
        }
        return present;
    }

    /** Whether the last {@link #get} found the value out rather than remembered it. */
    boolean isFresh() {
        return fresh;
    }
}
