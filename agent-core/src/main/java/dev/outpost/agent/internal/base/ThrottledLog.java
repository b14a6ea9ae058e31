package dev.outpost.agent.internal.base;

import dev.outpost.agent.schedule.AgentClock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Logs a kind of event at once, and then at most once a minute, with the number left out in between. Thread-safe.
 *
 * <p>The event's name stands first in the line ({@code event=…}) and is stable, so that it can be searched for.
 */
public final class ThrottledLog {

    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int MAX_KINDS = 1_000;

    private final Logger logger = LoggerFactory.getLogger("dev.outpost.agent");
    private final Map<String, Kind> kinds = new ConcurrentHashMap<>();
    private final AgentClock clock;

    /** With the clock that measures the minute. */
    public ThrottledLog(AgentClock clock) {
        this.clock = clock;
    }

    /** Something failed that should not. */
    public void error(String event, String message, @Nullable Throwable cause) {
        log(Level.ERROR, event, message, cause);
    }

    /** Something may need attention. */
    public void warn(String event, String message, @Nullable Throwable cause) {
        log(Level.WARN, event, message, cause);
    }

    private void log(Level level, String event, String message, @Nullable Throwable cause) {
        if (kinds.size() >= MAX_KINDS) {
            kinds.clear();
        }
        long leftOut = kinds.computeIfAbsent(event, e -> new Kind()).mayLog(clock.nanoTime());
        if (leftOut < 0) {
            return;
        }
        String more = leftOut == 0 ? "" : " (and " + leftOut + " more since the last such line)";
        logger.atLevel(level).setCause(cause).log("event={} {}{}", event, message, more);
    }

    private static final class Kind {
        private final Object lock = new Object();
        private boolean logged;
        private long last;
        private long leftOut;

        /** How many were left out since the last line, or -1 when this one is to be left out too. */
        private long mayLog(long now) {
            synchronized (lock) {
                if (logged && now - last < INTERVAL_NANOS) {
                    leftOut++;
                    return -1;
                }
                long count = leftOut;
                logged = true;
                last = now;
                leftOut = 0;
                return count;
            }
        }
    }
}
