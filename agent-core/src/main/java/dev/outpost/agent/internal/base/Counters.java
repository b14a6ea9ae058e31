package dev.outpost.agent.internal.base;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Everything that is counted, by dotted name; a reason or subject stands in braces at the end:
 * {@code records.dropped{ring_full}}. Thread-safe. What is counted often keeps its {@link LongAdder}.
 */
public final class Counters {

    private final Map<String, LongAdder> byName = new ConcurrentHashMap<>();

    /** The counter of that name, made when new. Names come from code, or from a bounded set of the host's. */
    public LongAdder counter(String name) {
        return byName.computeIfAbsent(name, n -> new LongAdder());
    }

    /** The counter of that name and reason. */
    public LongAdder counter(String name, String reason) {
        return counter(name + "{" + reason + "}");
    }

    /** Its value; 0 when nothing was counted. */
    public long value(String name) {
        LongAdder counter = byName.get(name);
        return counter == null ? 0 : counter.sum();
    }

    /** All values now, sorted by name. */
    public SortedMap<String, Long> snapshot() {
        SortedMap<String, Long> all = new TreeMap<>();
        byName.forEach((name, counter) -> all.put(name, counter.sum()));
        return all;
    }

    /** The values of one name by reason, sorted. */
    public SortedMap<String, Long> byReason(String name) {
        SortedMap<String, Long> reasons = new TreeMap<>();
        byName.forEach((full, counter) -> {
            if (full.length() > name.length() + 2 && full.startsWith(name) && full.charAt(name.length()) == '{') {
                reasons.put(full.substring(name.length() + 1, full.length() - 1), counter.sum());
            }
        });
        return reasons;
    }
}
