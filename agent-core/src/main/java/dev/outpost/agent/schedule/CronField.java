package dev.outpost.agent.schedule;

import java.util.List;

/** The fields of a cron expression: which numbers and names each takes, and how they become a set of bits. */
enum CronField {
    SECOND("second", 0, 59),
    MINUTE("minute", 0, 59),
    HOUR("hour", 0, 23),
    DAY_OF_MONTH("day of month", 1, 31),
    MONTH("month", 1, 12),
    /** Counts from Sunday = 0 to Saturday = 6; the number 7 is a second way to write Sunday. */
    DAY_OF_WEEK("day of week", 0, 6);

    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final List<String> WEEKDAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");

    private final String label;
    private final int first;
    private final int last;

    CronField(String label, int first, int last) {
        this.label = label;
        this.first = first;
        this.last = last;
    }

    /** The field's name in messages. */
    String label() {
        return label;
    }

    int first() {
        return first;
    }

    int last() {
        return last;
    }

    /** The largest number one may write, which is more than {@link #last()} where the week ends with a second Sunday. */
    int largestNumber() {
        return this == DAY_OF_WEEK ? 7 : last;
    }

    /** How many values there are before the field starts over. */
    int cycle() {
        return last - first + 1;
    }

    /** The names of the values, beginning with {@link #first()}; empty for fields that take numbers only. */
    List<String> names() {
        return switch (this) {
            case MONTH -> MONTHS;
            case DAY_OF_WEEK -> WEEKDAYS;
            default -> List.of();
        };
    }

    /** The allowed values in words, for messages. */
    String allowedValues() {
        String numbers = label + " " + first + "-" + largestNumber();
        List<String> names = names();
        return names.isEmpty() ? numbers : numbers + " or " + names.get(0) + "-" + names.get(names.size() - 1);
    }

    /** The set of all values. */
    long all() {
        return select(first, last, 1);
    }

    /** The set {@code from, from + step, ...} up to and including {@code to}, as bits. */
    long select(int from, int to, int step) {
        long bits = 0;
        for (int value = from; value <= to; value += step) {
            bits |= 1L << canonical(value);
        }
        return bits;
    }

    /** Maps the two numbers of Sunday to one. */
    int canonical(int value) {
        return this == DAY_OF_WEEK ? value % cycle() : value;
    }
}
