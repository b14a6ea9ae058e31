package dev.outpost.agent.transport;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For the server side of transports: counts what peers do before anybody knows who they are, and warns of it, though they can
 * cause it as often as they like: ten lines a minute of each kind, with the number of those left out. What a line says is cut and has no
 * control characters in it, for some of it is the peer's. Thread-safe.
 */
public final class ServerLog {

    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int LINES = 10;
    private static final int MOST_CHARACTERS = 500;

    private final Logger logger;
    private final LongSupplier nanoTime;
    private final Map<String, Kind> kinds = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> counters = new ConcurrentHashMap<>();

    /**
     * A log without lines.
     *
     * @param logger its name
     * @param nanoTime monotonic time, as {@link System#nanoTime}
     */
    public ServerLog(String logger, LongSupplier nanoTime) {
        this.logger = LoggerFactory.getLogger(logger);
        this.nanoTime = nanoTime;
    }

    /** For what peers cannot cause as often as they like. */
    Logger logger() {
        return logger;
    }

    /** Counts one more of that name. */
    public void count(String name) {
        counters.computeIfAbsent(name, n -> new LongAdder()).increment();
    }

    /** What was counted, for {@link TransportServer#counters}. */
    public SortedMap<String, Long> counters() {
        SortedMap<String, Long> all = new TreeMap<>();
        counters.forEach((name, counter) -> all.put(name, counter.sum()));
        return all;
    }

    /**
     * Warns, or counts what is left out.
     *
     * @param kind of which there are few, in our words
     */
    public void warn(String event, String kind, String details) {
        long leftOut = kinds.computeIfAbsent(event + kind, k -> new Kind(nanoTime.getAsLong()))
                .next(nanoTime.getAsLong());
        if (leftOut >= 0) {
            String more = leftOut == 0 ? "" : " (and " + leftOut + " more like this before)";
            logger.warn("event={} kind={} {}{}", event, kind, clean(details), more);
        }
    }

    private static String clean(String text) {
        String cut = text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS);
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    private static final class Kind {

        private final Object lock = new Object();
        private long since;
        private int lines;
        private long leftOut;

        Kind(long now) {
            since = now;
        }

        /** How many were left out since the last line, or -1 when this one is to be left out too. */
        long next(long now) {
            synchronized (lock) {
                if (now - since >= INTERVAL_NANOS) {
                    since = now;
                    lines = 0;
                }
                if (lines == LINES) {
                    leftOut++;
                    return -1;
                }
                lines++;
                long before = leftOut;
                leftOut = 0;
                return before;
            }
        }
    }
}
