package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.telemetry.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Who waits for which batch of a run. Control loop only. */
final class Promises {

    private final NavigableMap<Long, List<Promise>> bySequence = new TreeMap<>();

    /** {@code promise} is kept as soon as everything up to {@code sequence} is safe. */
    void add(long sequence, Promise promise) {
        bySequence.computeIfAbsent(sequence, s -> new ArrayList<>(1)).add(promise);
    }

    void addAll(long sequence, List<Promise> promises) {
        promises.forEach(promise -> add(sequence, promise));
    }

    /** Everything up to {@code sequence} is safe. */
    void keep(long sequence) {
        takeAll(bySequence.headMap(sequence, true), Promise::kept);
    }

    /** What is from {@code from} to {@code through} will never be safe. */
    void breakAll(long from, long through, String reason) {
        takeAll(bySequence.subMap(from, true, through, true), promise -> promise.broken(reason));
    }

    private static void takeAll(NavigableMap<Long, List<Promise>> part, Consumer<Promise> each) {
        if (part.isEmpty()) {
            return;
        }
        List<List<Promise>> taken = new ArrayList<>(part.values());
        part.clear(); // first: what is told may ask for more
        taken.forEach(promises -> promises.forEach(each));
    }

    /** What is beyond {@code sequence} goes on to another run, whose numbers are lower by {@code shift}. */
    void moveBeyond(long sequence, long shift, Promises to) {
        NavigableMap<Long, List<Promise>> moved = bySequence.tailMap(sequence, false);
        moved.forEach((number, promises) -> to.addAll(number - shift, promises));
        moved.clear();
    }

    boolean isEmpty() {
        return bySequence.isEmpty();
    }
}
