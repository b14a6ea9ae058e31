package dev.outpost.examples.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** What has happened, in words, since the start; the newest few hundred. Thread-safe. */
final class DemoEvents {

    private static final int KEPT = 200;

    private final Instant start = Instant.now();
    private final Deque<String> lines = new ArrayDeque<>();
    private final List<String> unread = new ArrayList<>();

    /** Something happened. */
    synchronized void add(String who, String what) {
        String line = String.format(Locale.ROOT, "%6.1fs  %-7s %s", seconds(), who, what);
        lines.add(line);
        unread.add(line);
        if (lines.size() > KEPT) {
            lines.remove();
        }
        if (unread.size() > KEPT) {
            unread.remove(0);
        }
    }

    double seconds() {
        return Duration.between(start, Instant.now()).toMillis() / 1000.0;
    }

    /** The newest lines, oldest first. */
    synchronized List<String> newest(int count) {
        List<String> all = new ArrayList<>(lines);
        return List.copyOf(all.subList(Math.max(0, all.size() - count), all.size()));
    }

    /** The lines since the last call. */
    synchronized List<String> takeUnread() {
        List<String> taken = List.copyOf(unread);
        unread.clear();
        return taken;
    }
}
