package dev.outpost.agent.schedule;

import static dev.outpost.agent.schedule.CronField.DAY_OF_MONTH;
import static dev.outpost.agent.schedule.CronField.DAY_OF_WEEK;
import static dev.outpost.agent.schedule.CronField.HOUR;
import static dev.outpost.agent.schedule.CronField.MINUTE;
import static dev.outpost.agent.schedule.CronField.MONTH;
import static dev.outpost.agent.schedule.CronField.SECOND;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Turns the text of a cron expression into a {@link LocalSchedule}.
 *
 * <pre>
 *   expression  = macro | [ seconds ] minutes hours days-of-month months days-of-week
 *   field       = item { "," item }                   days-of-month, days-of-week also: "*" | "?" alone
 *   item        = ( "*" | value "-" value ) [ "/" step ]
 *               | value [ "/" step ]
 *               | "L" [ "W" | "-" number ] | number "W"                days-of-month only
 *               | value ( "L" | "#" number )                           days-of-week only
 *   value       = number | name
 * </pre>
 */
final class CronParser {

    private static final String MACROS = "@yearly, @annually, @monthly, @weekly, @daily, @midnight or @hourly";
    private static final List<String> SUNDAY = List.of("SUN");

    private static final String AFTER_ALL = "','";
    private static final String AFTER_RANGE = AFTER_ALL + ", '/'";
    private static final String AFTER_VALUE = AFTER_ALL + ", '-', '/'";

    private final CronScanner scanner;

    /** What may stand behind the part that was read last, besides the end of the field: for complaints. */
    private String mayFollow = AFTER_ALL;

    private CronParser(String expression) {
        scanner = new CronScanner(expression);
    }

    /**
     * @throws CronSyntaxException if the expression is malformed
     */
    static LocalSchedule parse(String expression) {
        return new CronParser(expression).schedule();
    }

    private LocalSchedule schedule() {
        scanner.skipBlanks();
        if (scanner.at('@')) {
            return parse(macro());
        }
        boolean withSeconds = countFields() == 6;
        long seconds = withSeconds ? values(SECOND) : 1;
        long minutes = values(MINUTE);
        scanner.skipBlanks();
        int hoursStart = scanner.position();
        long hours = values(HOUR);
        boolean interval = hours == HOUR.all() || isOpenStep(scanner.since(hoursStart));
        DaySelector daysOfMonth = days(DAY_OF_MONTH, this::dayOfMonth);
        long months = values(MONTH);
        DaySelector daysOfWeek = days(DAY_OF_WEEK, this::dayOfWeek);
        return new LocalSchedule(seconds, minutes, hours, months, either(daysOfMonth, daysOfWeek), interval);
    }

    private String macro() {
        int start = scanner.position();
        scanner.skipField();
        String name = scanner.since(start);
        String fields = switch (name.toLowerCase(Locale.ROOT)) {
            case "@yearly", "@annually" -> "0 0 1 1 *";
            case "@monthly" -> "0 0 1 * *";
            case "@weekly" -> "0 0 * * 0";
            case "@daily", "@midnight" -> "0 0 * * *";
            case "@hourly" -> "0 * * * *";
            default -> throw scanner.error(start, "'" + name + "'", MACROS);
        };
        scanner.skipBlanks();
        if (!scanner.atEnd()) {
            throw scanner.error(scanner.position(), "nothing after " + name);
        }
        return fields;
    }

    private int countFields() {
        int fields = 0;
        for (scanner.skipBlanks(); !scanner.atEnd(); scanner.skipBlanks()) {
            fields++;
            if (fields > 6) {
                throw scanner.error(scanner.position(), "a seventh field", "5 fields, or 6 with seconds first");
            }
            scanner.skipField();
        }
        if (fields < 5) {
            String found = "the end after " + fields + (fields == 1 ? " field" : " fields");
            throw scanner.error(scanner.position(), found, "5 fields, or 6 with seconds first");
        }
        scanner.rewind();
        return fields;
    }

    /** Whether the hours are written as {@code *}{@code /n} or {@code a/n}: "every n hours" rather than "at these hours". */
    private static boolean isOpenStep(String hours) {
        return hours.contains("/") && !hours.contains("-") && !hours.contains(",");
    }

    /** The Unix rule: two restrictions widen each other, and a field that restricts nothing does not take part. */
    private static DaySelector either(DaySelector daysOfMonth, DaySelector daysOfWeek) {
        if (daysOfMonth == DaySelector.UNRESTRICTED) {
            return daysOfWeek;
        }
        return daysOfWeek == DaySelector.UNRESTRICTED ? daysOfMonth : daysOfMonth.or(daysOfWeek);
    }

    private long values(CronField field) {
        scanner.skipBlanks();
        long bits = item(field);
        while (scanner.accept(',')) {
            bits |= item(field);
        }
        expectFieldEnd(field);
        return bits;
    }

    private DaySelector days(CronField field, Supplier<DaySelector> item) {
        scanner.skipBlanks();
        if (scanner.acceptWholeField('*', '?')) {
            return DaySelector.UNRESTRICTED;
        }
        DaySelector selector = item.get();
        while (scanner.accept(',')) {
            selector = selector.or(item.get());
        }
        expectFieldEnd(field);
        return selector;
    }

    private DaySelector dayOfMonth() {
        if (scanner.accept('L')) {
            return lastDay();
        }
        if (scanner.at('*')) {
            return DaySelector.days(item(DAY_OF_MONTH));
        }
        int start = scanner.position();
        int day = value(DAY_OF_MONTH, "'*' or '?' alone, " + DAY_OF_MONTH.allowedValues() + ", nW, L, L-n or LW");
        if (scanner.accept('W')) {
            mayFollow = AFTER_ALL;
            return DaySelector.nearestWorkday(day);
        }
        return DaySelector.days(itemFrom(day, start, DAY_OF_MONTH));
    }

    /** Continues what began with an L in the days of the month. */
    private DaySelector lastDay() {
        mayFollow = AFTER_ALL;
        if (scanner.accept('W')) {
            return DaySelector.lastWorkday();
        }
        if (scanner.accept('-')) {
            return DaySelector.beforeLast(scanner.number(1, 30, "1-30 days before the last"));
        }
        mayFollow = AFTER_ALL + ", 'W', '-'";
        return DaySelector.beforeLast(0);
    }

    private DaySelector dayOfWeek() {
        if (scanner.at('*')) {
            return DaySelector.weekdays(item(DAY_OF_WEEK));
        }
        int start = scanner.position();
        int weekday = value(DAY_OF_WEEK, "'*' or '?' alone, " + DAY_OF_WEEK.allowedValues() + ", nL or n#k");
        mayFollow = AFTER_ALL;
        if (scanner.accept('L')) {
            return DaySelector.lastWeekday(DAY_OF_WEEK.canonical(weekday));
        }
        if (scanner.accept('#')) {
            int occurrence = scanner.number(1, 5, "occurrence 1-5 in the month");
            return DaySelector.nthWeekday(DAY_OF_WEEK.canonical(weekday), occurrence);
        }
        return DaySelector.weekdays(itemFrom(weekday, start, DAY_OF_WEEK));
    }

    private long item(CronField field) {
        if (scanner.accept('*')) {
            return field.select(field.first(), field.last(), optionalStep(field));
        }
        int start = scanner.position();
        return itemFrom(value(field, "'*' or " + field.allowedValues()), start, field);
    }

    /** Continues an item whose first value has been read: alone, or the start of a range or an open step. */
    private long itemFrom(int value, int start, CronField field) {
        if (scanner.accept('-')) {
            int end = rangeEnd(value, field);
            if (end < value) {
                throw scanner.error(start, "'" + scanner.since(start) + "'", "a range upwards, or two ranges");
            }
            return field.select(value, end, optionalStep(field));
        }
        if (scanner.at('/')) {
            return field.select(field.canonical(value), field.last(), optionalStep(field));
        }
        mayFollow = switch (field) {
            case DAY_OF_MONTH -> AFTER_VALUE + ", 'W'";
            case DAY_OF_WEEK -> AFTER_VALUE + ", 'L', '#'";
            default -> AFTER_VALUE;
        };
        return field.select(value, value, 1);
    }

    private int rangeEnd(int from, CronField field) {
        // A week that is spelled out may end with SUN, just as 5-7 may; 5-0 stays a range that runs backwards.
        boolean endsWithSunday = field == DAY_OF_WEEK && from > 0 && scanner.acceptName(SUNDAY) == 0;
        return endsWithSunday ? 7 : value(field, field.allowedValues());
    }

    private int optionalStep(CronField field) {
        if (!scanner.accept('/')) {
            mayFollow = AFTER_RANGE;
            return 1;
        }
        mayFollow = AFTER_ALL;
        // A longer step would silently select one value only: "*/90" minutes is once an hour, not every 90 minutes.
        return scanner.number(1, field.cycle(), field.label() + " step 1-" + field.cycle());
    }

    private int value(CronField field, String allowed) {
        int name = scanner.acceptName(field.names());
        return name >= 0 ? field.first() + name : scanner.number(field.first(), field.largestNumber(), allowed);
    }

    private void expectFieldEnd(CronField field) {
        if (!scanner.atFieldEnd()) {
            throw scanner.error(scanner.position(), mayFollow + " or the end of the " + field.label() + " field");
        }
    }
}
