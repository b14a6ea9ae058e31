package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.telemetry.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Who waits for which batch of a run. Control loop only. */
final class Promises {

    /** By the last batch that concerns them. */
    private final NavigableMap<Long, List<Pending>> byLast = new TreeMap<>();

    /**
     * Somebody who waits.
     *
     * @param from the first batch that concerns them
     */
    private record Pending(long from, Promise promise) {}

    /** {@code promise} is kept as soon as everything up to {@code sequence} is safe. */
    void add(long sequence, Promise promise) {
        add(0, sequence, promise);
    }

    /** They are for one batch. */
    void addAll(long sequence, List<Promise> promises) {
        promises.forEach(promise -> add(sequence, sequence, promise));
    }

    private void add(long from, long last, Promise promise) {
        byLast.computeIfAbsent(last, l -> new ArrayList<>(1)).add(new Pending(from, promise));
    }

    /** Everything up to {@code sequence} is safe. */
    void keep(long sequence) {
        takeAll(byLast.headMap(sequence, true), Promise::kept);
    }

    /** What is from {@code from} to {@code through} will never be safe. */
    void breakAll(long from, long through, String reason) {
        takeAll(byLast.subMap(from, true, through, true), promise -> promise.broken(reason));
    }

    private static void takeAll(NavigableMap<Long, List<Pending>> part, Consumer<Promise> each) {
        if (part.isEmpty()) {
            return;
        }
        List<List<Pending>> taken = new ArrayList<>(part.values());
        part.clear(); // first: what is told may ask for more
        taken.forEach(pending -> pending.forEach(one -> each.accept(one.promise)));
    }

    /** What is beyond {@code cut} goes on to another run, whose numbers are lower by that. Who waits for both, waits for both. */
    void moveBeyond(long cut, Promises to) {
        NavigableMap<Long, List<Pending>> beyond = byLast.tailMap(cut, false);
        List<Map.Entry<Long, List<Pending>>> moved = new ArrayList<>();
        beyond.forEach((last, pending) -> moved.add(Map.entry(last, pending)));
        beyond.clear();
        for (Map.Entry<Long, List<Pending>> entry : moved) {
            for (Pending pending : entry.getValue()) {
                Promise promise = pending.promise;
                if (pending.from <= cut) {
                    promise = new JointPromise(2, promise);
                    add(pending.from, cut, promise);
                }
                to.add(Math.max(0, pending.from - cut), entry.getKey() - cut, promise);
            }
        }
    }

    /** All who wait here wait there. */
    void moveAll(Promises to) {
        byLast.forEach((last, pending) -> pending.forEach(one -> to.add(one.from, last, one.promise)));
        byLast.clear();
    }

    boolean isEmpty() {
        return byLast.isEmpty();
    }
}
