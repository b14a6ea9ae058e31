package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.internal.base.Counters;
import java.util.SortedMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What happened to the records of one signal before any lane: the left side of the accounting identity. Log records are
 * counted as records, metrics as points. Thread-safe.
 */
public final class SignalStats {

    private final Counters counters;
    private final String dropName;
    private final LongSupplier taken;
    private final LongAdder ringFull;
    private final LongAdder noBytes;
    private final LongAdder tooLarge;
    private final LongAdder encodeFailed;
    private final LongAdder closed;

    /**
     * Statistics under {@code ring.<signal>.*}.
     *
     * @param taken how many records the ring has taken
     */
    public SignalStats(String signal, LongSupplier taken, Counters counters) {
        this.counters = counters;
        dropName = "ring." + signal + ".dropped";
        this.taken = taken;
        ringFull = counters.counter(dropName, "ring_full");
        noBytes = counters.counter(dropName, "ring_bytes");
        tooLarge = counters.counter(dropName, "too_large");
        encodeFailed = counters.counter(dropName, "encode_failed");
        closed = counters.counter(dropName, "closed");
    }

    LongAdder ringFull() {
        return ringFull;
    }

    LongAdder noBytes() {
        return noBytes;
    }

    LongAdder tooLarge() {
        return tooLarge;
    }

    LongAdder encodeFailed() {
        return encodeFailed;
    }

    LongAdder closed() {
        return closed;
    }

    /** Records that the ring took. */
    public long takenCount() {
        return taken.getAsLong();
    }

    /** Records dropped before the ring or in it, by reason. */
    public SortedMap<String, Long> dropped() {
        return counters.byReason(dropName);
    }
}
