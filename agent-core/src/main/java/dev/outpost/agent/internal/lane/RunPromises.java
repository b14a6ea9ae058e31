package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.telemetry.Promise;
import java.util.List;

/** Who waits for batches of a run to be safe, and who for them to be delivered. Control loop only. */
final class RunPromises {

    private final Promises safe = new Promises();
    private final Promises delivered = new Promises();

    /** A batch came that somebody may wait for. */
    void offered(long sequence, List<Promise> promises) {
        safe.addAll(sequence, promises);
    }

    /** Kept as soon as everything up to {@code sequence} is in the spool or delivered. */
    void whenSafe(long sequence, Promise promise) {
        safe.add(sequence, promise);
    }

    /** Kept as soon as everything up to {@code sequence} is delivered. */
    void whenDelivered(long sequence, Promise promise) {
        delivered.add(sequence, promise);
    }

    void keep(long acked, long synced) {
        delivered.keep(acked);
        safe.keep(Math.max(acked, synced));
    }

    /** Batches are given up. */
    void gaveUp(long from, long through, String reason) {
        safe.breakAll(from, through, reason);
    }

    /** What is not safe now will not be soon. */
    void breakSafe(String reason) {
        safe.breakAll(0, Long.MAX_VALUE, reason);
    }

    /** Nothing follows. */
    void close() {
        breakSafe(Chain.CLOSED);
        delivered.breakAll(0, Long.MAX_VALUE, Chain.CLOSED);
    }

    /** Nobody is there to deliver to: who waits for that is content with the disk. */
    void contentWithSafe() {
        delivered.moveAll(safe);
    }

    boolean isAwaited() {
        return !safe.isEmpty();
    }

    /** What is beyond {@code cut} went on to another run, whose numbers are lower by that. */
    void moveBeyond(long cut, RunPromises to) {
        safe.moveBeyond(cut, to.safe);
        delivered.moveBeyond(cut, to.delivered);
    }
}
