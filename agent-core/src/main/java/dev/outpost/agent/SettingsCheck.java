package dev.outpost.agent;

import dev.outpost.agent.ConfigurationException.Problem;
import dev.outpost.agent.spool.Spool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with settings. */
final class SettingsCheck {

    private final List<Problem> problems = new ArrayList<>();

    List<Problem> problems() {
        return problems;
    }

    void add(String setting, String value, String allowed) {
        problems.add(new Problem(setting, value, allowed));
    }

    void addAll(SettingsCheck other) {
        problems.addAll(other.problems);
    }

    void length(String setting, @Nullable String value, int most) {
        if (value == null || value.isBlank() || value.length() > most) {
            String shown = value == null
                    ? "not set"
                    : value.length() > 40 ? value.length() + " characters" : "'" + value + "'";
            add(setting, shown, "1 to " + most + " characters, not blank");
        }
    }

    void range(String setting, long value, long least, long most) {
        if (value < least || value > most) {
            add(setting, Long.toString(value), least + " to " + most);
        }
    }

    void range(String setting, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            add(setting, value.toString(), least + " to " + most);
        }
    }

    void labels(Map<String, String> labels) {
        if (labels.size() > 64) {
            add("label", labels.size() + " labels", "at most 64");
        }
        labels.forEach((name, value) -> {
            length("label", name, 256);
            if (value.length() > 256) {
                add("label", "'" + name + "' with " + value.length() + " characters", "at most 256 characters");
            }
        });
    }

    /** The name of a sink also names a directory of the spool. */
    void sinkName(String setting, String name) {
        if (!name.matches("[a-z0-9.-]{1,64}")) {
            add(setting, "'" + name + "'", "1 to 64 lower-case letters, digits, dots and hyphens");
        }
    }

    void spool(Spool spool) {
        long most = 1L << 40;
        range("spool.maxBytes", spool.maxBytes(), 4L << 20, most);
        range("spool.keepFreeBytes", spool.keepFreeBytes(), 0, most);
        range("spool.segmentBytes", spool.segmentBytes(), 64L << 10, Math.min(64L << 20, spool.maxBytes() / 4));
        range("spool.spillAfter", spool.spillAfter(), Duration.ZERO, Duration.ofMinutes(1));
        range("spool.maxAge", spool.maxAge(), Duration.ofMinutes(1), Duration.ofDays(365));
        range("spool.replaySpread", spool.replaySpread(), Duration.ZERO, Duration.ofMinutes(10));
    }
}
