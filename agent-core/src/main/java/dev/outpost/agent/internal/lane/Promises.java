package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.telemetry.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** Who waits for which batch of a run, in the order of the batches. Control loop only. */
final class Promises {

    private final Deque<Pending> pending = new ArrayDeque<>();

    /**
     * Somebody who waits.
     *
     * @param from the first batch that concerns them
     * @param sequence the last
     */
    private record Pending(long from, long sequence, Promise promise) {}

    /** {@code promise} is kept as soon as everything up to {@code sequence} is safe. */
    void add(long sequence, Promise promise) {
        pending.add(new Pending(0, sequence, promise));
    }

    /** They are for one batch. */
    void addAll(long sequence, List<Promise> promises) {
        promises.forEach(promise -> pending.add(new Pending(sequence, sequence, promise)));
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
            if (next.sequence > through) {
                return;
            }
            if (next.sequence >= from) {
                each.remove();
                next.promise.broken(reason);
            }
        }
    }

    /** What is beyond {@code cut} goes on to another run, whose numbers are lower by that. Who waits for both, waits for both. */
    void moveBeyond(long cut, Promises to) {
        List<Pending> both = new ArrayList<>();
        for (Iterator<Pending> each = pending.iterator(); each.hasNext(); ) {
            Pending next = each.next();
            if (next.sequence <= cut) {
                continue;
            }
            each.remove();
            Promise promise = next.promise;
            if (next.from <= cut) {
                promise = new JointPromise(2, promise);
                both.add(new Pending(next.from, cut, promise));
            }
            to.pending.add(new Pending(Math.max(0, next.from - cut), next.sequence - cut, promise));
        }
        pending.addAll(both);
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }
}
