package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.spool.Stored;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What is asked of and done to the batches and gaps that a run holds, in the order of their numbers. */
final class Entries {

    private Entries() {}

    static long bytes(Deque<Entry> entries) {
        return entries.stream().mapToLong(Entry::bytes).sum();
    }

    /** Takes out what ends at {@code through} or before. */
    static void takeThrough(Deque<Entry> entries, long through, Consumer<Entry> taken) {
        for (Entry first = entries.peek(); first != null && first.through() <= through; first = entries.peek()) {
            taken.accept(entries.remove());
        }
    }

    /** When the first batch that is so was closed; {@link Long#MAX_VALUE} if none is. */
    static long oldest(Deque<Entry> entries, Predicate<Entry> condition) {
        for (Entry entry : entries) {
            ClosedBatch batch = entry.batch();
            if (batch != null && condition.test(entry)) {
                return batch.closedNanos();
            }
        }
        return Long.MAX_VALUE;
    }

    /** What the spool has lost does not count as stored any more, up to so many records. How many that are. */
    static long unstore(Deque<Entry> entries, Stored.Gap lost, long most) {
        long records = 0;
        for (Entry entry : entries) {
            if (entry.isStored()
                    && entry.batch() != null
                    && entry.from() >= lost.from()
                    && entry.through() <= lost.through()
                    && records + entry.records() <= most) {
                entry.stored(false);
                records += entry.records();
            }
        }
        return records;
    }

    /**
     * Gives up the oldest batches behind {@code cut}, until so many bytes are free. Neighbouring gaps become one, so that
     * their number stays small; but none that somebody else may know.
     *
     * @return how many bytes are free
     */
    static long dropOldest(Deque<Entry> entries, long cut, long bytes, Consumer<Entry> giveUp) {
        long freed = 0;
        Deque<Entry> kept = new ArrayDeque<>();
        while (freed < bytes && !entries.isEmpty()) {
            Entry entry = entries.remove();
            if (entry.from() > cut && entry.batch() != null) {
                freed += entry.bytes();
                giveUp.accept(entry);
            }
            addMerged(kept, entry, cut);
        }
        while (!kept.isEmpty()) {
            entries.addFirst(kept.removeLast());
        }
        return freed;
    }

    private static void addMerged(Deque<Entry> entries, Entry entry, long cut) {
        Entry before = entries.peekLast();
        if (before != null
                && before.from() > cut
                && before.batch() == null
                && entry.batch() == null
                && before.reason().equals(entry.reason())) {
            entries.removeLast();
            entries.add(new Entry(
                    before.from(), entry.through(), before.records() + entry.records(), before.reason(), false));
        } else {
            entries.add(entry);
        }
    }
}
