package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Refusal;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says who was not let in: ten lines a minute for each code, with the number of those left out, for an agent can ask as often as it
 * likes. What the agent said has no control characters in it. Thread-safe.
 */
final class RefusalLog {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.center");
    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int LINES = 10;

    private final LongSupplier nanoTime;
    private final Object lock = new Object();
    private final Map<Refusal.Code, Kind> kinds = new EnumMap<>(Refusal.Code.class);

    RefusalLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Logs it, or counts it among those left out. */
    void log(String agentId, String address, Refusal refusal) {
        long leftOut;
        synchronized (lock) {
            long now = nanoTime.getAsLong();
            leftOut = kinds.computeIfAbsent(refusal.code(), c -> new Kind(now)).next(now);
        }
        if (leftOut >= 0) {
            LOG.warn(
                    "event=center.agent.refused code={} agent={} peer={} {}{}",
                    refusal.code(),
                    clean(agentId),
                    clean(address),
                    clean(refusal.detail()),
                    leftOut == 0 ? "" : " (and " + leftOut + " more with this code before)");
        }
    }

    private static String clean(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    /** Guarded by the log's lock. */
    private static final class Kind {

        private long since;
        private int lines;
        private long leftOut;

        Kind(long now) {
            since = now;
        }

        long next(long now) {
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
