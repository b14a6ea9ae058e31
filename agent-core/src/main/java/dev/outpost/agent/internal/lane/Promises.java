package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.telemetry.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** Who waits for which batch of a run, in the order of the batches. Control loop only. */
final class Promises {

    private final Deque<Pending> pending = new ArrayDeque<>();

    private record Pending(long sequence, Promise promise) {}

    /** {@code promise} is kept as soon as everything up to {@code sequence} is safe. */
    void add(long sequence, Promise promise) {
        pending.add(new Pending(sequence, promise));
    }

    void addAll(long sequence, List<Promise> promises) {
        promises.forEach(promise -> add(sequence, promise));
    }

    /** Everything up to {@code sequence} is safe. */
    void keep(long sequence) {
        for (Pending first = pending.peek(); first != null && first.sequence <= sequence; first = pending.peek()) {
            pending.remove().promise.kept();
        }
    }

    /** What is from {@code from} to {@code through} will never be safe. */
    void breakAll(long from, long through, String reason) {
        for (Iterator<Pending> each = pending.iterator(); each.hasNext(); ) {
            Pending next = each.next();
            if (next.sequence >= from && next.sequence <= through) {
                each.remove();
                next.promise.broken(reason);
            }
        }
    }

    /** What is beyond {@code sequence} goes on to another run, whose numbers are lower by that. */
    void moveBeyond(long sequence, Promises to) {
        for (Iterator<Pending> each = pending.iterator(); each.hasNext(); ) {
            Pending next = each.next();
            if (next.sequence > sequence) {
                each.remove();
                to.add(next.sequence - sequence, next.promise);
            }
        }
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }
}
