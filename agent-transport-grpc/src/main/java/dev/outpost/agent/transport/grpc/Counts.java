package dev.outpost.agent.transport.grpc;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What a server counts, by name. The names are few and our own. Thread-safe. */
final class Counts {

    private final Map<String, LongAdder> counters = new ConcurrentHashMap<>();

    void count(String name) {
        counters.computeIfAbsent(name, n -> new LongAdder()).increment();
    }

    SortedMap<String, Long> snapshot() {
        SortedMap<String, Long> all = new TreeMap<>();
        counters.forEach((name, counter) -> all.put(name, counter.sum()));
        return all;
    }
}
