package dev.outpost.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Named figures, as a child JVM tells them in one line: {@code name=value name=value}. */
final class Figures {

    private final Map<String, Double> values = new LinkedHashMap<>();

    /** In a child: one more. */
    Figures with(String name, double value) {
        values.put(name, value);
        return this;
    }

    /** In a child: one more; counts up to 2^53 stay exact. */
    Figures with(String name, long count) {
        return with(name, (double) count);
    }

    /** In the parent: what a child told. */
    static Figures parse(String told) {
        Figures figures = new Figures();
        for (String each : told.split(" ", -1)) {
            String[] parts = each.split("=", 2);
            figures.with(parts[0], Double.parseDouble(parts[1]));
        }
        return figures;
    }

    /**
     * The figure of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    double get(String name) {
        Double value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no figure '" + name + "' in " + this);
        }
        return value;
    }

    /** For people. */
    String text(String name) {
        return Report.number(get(name));
    }

    /** What {@link #parse} takes. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(" "));
    }
}
