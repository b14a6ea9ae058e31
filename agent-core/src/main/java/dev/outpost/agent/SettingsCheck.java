package dev.outpost.agent;

import dev.outpost.agent.ConfigurationException.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
}
