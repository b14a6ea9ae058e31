package dev.outpost.benchmarks;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What was asked for on the command line as {@code name=value}; whatever was not has a default.
 *
 * @param values by name
 */
record Options(Map<String, String> values) {

    /** Seconds that {@code spool} publishes. */
    static final String SECONDS = "seconds";

    /** Records per second that {@code spool} publishes. */
    static final String RATE = "rate";

    /** Megabytes of the backlog of {@code replay}. */
    static final String MEGABYTES = "megabytes";

    /** Agents of {@code fleet} and {@code storm}. */
    static final String AGENTS = "agents";

    /** When {@code storm} kills the control center: {@code settled} or {@code early}. */
    static final String WHEN = "when";

    /** Connections that the control center of {@code storm} takes in any second. */
    static final String ADMITTED = "admitted";

    /** Schedules of {@code schedules} and timers of {@code timers}. */
    static final String COUNT = "count";

    /** Where spools are made, and removed again. */
    static final String DIRECTORY = "directory";

    /** Nothing but defaults. */
    static final Options NONE = new Options(Map.of());

    private static final Set<String> KNOWN =
            new TreeSet<>(Set.of(SECONDS, RATE, MEGABYTES, AGENTS, WHEN, ADMITTED, COUNT, DIRECTORY));

    /**
     * Takes the options among {@code arguments}.
     *
     * @throws IllegalArgumentException if one is not known
     */
    static Options of(String... arguments) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals >= 0) {
                String name = argument.substring(0, equals);
                if (!KNOWN.contains(name)) {
                    throw new IllegalArgumentException("no option '" + name + "'; there are " + KNOWN);
                }
                values.put(name, argument.substring(equals + 1));
            }
        }
        return new Options(values);
    }

    int number(String name, int otherwise) {
        String value = values.get(name);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    /** One of {@code choices}, the first of which is the default. */
    String oneOf(String name, String... choices) {
        String value = values.getOrDefault(name, choices[0]);
        if (!List.of(choices).contains(value)) {
            throw new IllegalArgumentException(name + "=" + value + "; allowed are " + List.of(choices));
        }
        return value;
    }

    /** Where spools are made: the directory for temporary files if nothing else was asked for. */
    Path directory() {
        return Path.of(values.getOrDefault(DIRECTORY, System.getProperty("java.io.tmpdir")));
    }
}
