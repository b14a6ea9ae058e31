package dev.outpost.agent.transport.grpc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warnings that peers can cause as often as they like: ten lines a minute of each kind, with the number of those left out. What
 * they say is cut and has no control characters in it, for some of it is the peer's. Thread-safe.
 */
final class ServerLog {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent.transport.grpc");
    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int LINES = 10;
    private static final int MOST_CHARACTERS = 500;

    private final LongSupplier nanoTime;
    private final Map<String, Kind> kinds = new ConcurrentHashMap<>();

    ServerLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Warns, or counts what is left out.
     *
     * @param kind of which there are few, in our words
     */
    void warn(String event, String kind, String details) {
        long leftOut = kinds.computeIfAbsent(event + kind, k -> new Kind(nanoTime.getAsLong()))
                .next(nanoTime.getAsLong());
        if (leftOut >= 0) {
            String more = leftOut == 0 ? "" : " (and " + leftOut + " more like this before)";
            LOG.warn("event={} kind={} {}{}", event, kind, clean(details), more);
        }
    }

    private static String clean(String text) {
        String cut = text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS);
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    private static final class Kind {

        private long since;
        private int lines;
        private long leftOut;

        Kind(long now) {
            since = now;
        }

        /** How many were left out since the last line, or -1 when this one is to be left out too. */
        synchronized long next(long now) {
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
