package dev.outpost.agent.schedule;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A second reading of the cron rules, made to be compared with {@link CronExpression}: slow, literal, and alike in
 * nothing.
 *
 * <p>It walks through real time in small steps, looks at the wall clock after each, and remembers the latest local time
 * that the clock has ever shown. A clock that shows less than that is in the second pass of an overlap; one that shows
 * more than one step beyond it has just skipped a gap. It knows no time zone rules besides "what does the clock show".
 * It reads well-formed expressions of five or six fields without macros and without ranges that end in {@code -SUN}.
 */
final class CronOracle {

    /** Long enough before the question for the clock to have shown everything that it may repeat. */
    private static final Duration RUN_UP = Duration.ofHours(30);

    private static final int MINUTE = 60;

    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final List<String> WEEKDAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");

    private final ZoneId zone;
    private final Set<Integer> seconds;
    private final Set<Integer> minutes;
    private final Set<Integer> hours;
    private final Set<Integer> months;
    private final String dayOfMonth;
    private final String dayOfWeek;
    private final boolean interval;
    private final Map<LocalDate, Boolean> knownDates = new HashMap<>();

    CronOracle(String expression, ZoneId zone) {
        String[] fields = expression.toUpperCase(Locale.ROOT).split(" ", -1);
        int minute = fields.length - 5;
        this.zone = zone;
        this.seconds = minute == 0 ? Set.of(0) : expand(fields[0], 0, 59);
        this.minutes = expand(fields[minute], 0, 59);
        this.hours = expand(fields[minute + 1], 0, 23);
        this.dayOfMonth = fields[minute + 2];
        this.months = expand(numbered(fields[minute + 3], MONTHS, 1), 1, 12);
        this.dayOfWeek = numbered(fields[minute + 4], WEEKDAYS, 0);
        this.interval = fields[minute + 1].matches("\\*|\\*/\\d+|\\d+/\\d+") || hours.size() == 24;
    }

    /** The first firing after an instant and not after a limit. */
    Optional<Instant> next(Instant after, Instant limit) {
        long question = after.getEpochSecond();
        long start = Math.floorDiv(question, MINUTE) * MINUTE - RUN_UP.toSeconds();
        int step = seconds.equals(Set.of(0)) && showsWholeMinutes(start, question, limit.getEpochSecond()) ? MINUTE : 1;
        long latestShown = clockAt(start);
        for (long now = start + step; now <= limit.getEpochSecond(); now += step) {
            long shown = clockAt(now);
            if (now > question && fires(shown, latestShown, step)) {
                return Optional.of(Instant.ofEpochSecond(now));
            }
            latestShown = Math.max(latestShown, shown);
        }
        return Optional.empty();
    }

    /** Whether the clock shows a second 0 at the whole minutes of all three moments. */
    private boolean showsWholeMinutes(long... moments) {
        return Arrays.stream(moments).allMatch(moment -> clockAt(moment) % MINUTE == moment % MINUTE);
    }

    /** What the clock shows at a moment, as seconds since it would have shown the beginning of 1970. */
    private long clockAt(long second) {
        return second + zone.getRules().getOffset(Instant.ofEpochSecond(second)).getTotalSeconds();
    }

    private boolean fires(long shown, long latestShown, int step) {
        if (interval) {
            return matches(shown);
        }
        if (shown <= latestShown) {
            return false;
        }
        for (long time = latestShown + step; time < shown; time += step) {
            if (matches(time)) {
                return true;
            }
        }
        return matches(shown);
    }

    private boolean matches(long shown) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(shown, 0, ZoneOffset.UTC);
        return seconds.contains(time.getSecond())
                && minutes.contains(time.getMinute())
                && hours.contains(time.getHour())
                && months.contains(time.getMonthValue())
                && knownDates.computeIfAbsent(time.toLocalDate(), this::matchesDays);
    }

    private boolean matchesDays(LocalDate date) {
        boolean anyDayOfMonth = dayOfMonth.equals("*") || dayOfMonth.equals("?");
        boolean anyDayOfWeek = dayOfWeek.equals("*") || dayOfWeek.equals("?");
        boolean thisDayOfMonth = Arrays.stream(dayOfMonth.split(",", -1)).anyMatch(item -> isDayOfMonth(item, date));
        boolean thisDayOfWeek = Arrays.stream(dayOfWeek.split(",", -1)).anyMatch(item -> isDayOfWeek(item, date));
        if (anyDayOfMonth && anyDayOfWeek) {
            return true;
        }
        return (!anyDayOfMonth && thisDayOfMonth) || (!anyDayOfWeek && thisDayOfWeek);
    }

    private static boolean isDayOfMonth(String item, LocalDate date) {
        int day = date.getDayOfMonth();
        int length = date.lengthOfMonth();
        if (item.equals("?")) {
            return true;
        }
        if (item.equals("LW")) {
            return isWorkday(date) && date.getMonth() != nextWorkday(date).getMonth();
        }
        if (item.startsWith("L")) {
            int back = item.equals("L") ? 0 : Integer.parseInt(item.substring(2));
            return day + back == length;
        }
        if (item.endsWith("W")) {
            int wanted = Integer.parseInt(item.substring(0, item.length() - 1));
            return wanted <= length && isWorkday(date) && isNearestWorkday(date, date.withDayOfMonth(wanted));
        }
        return expand(item, 1, 31).contains(day);
    }

    private static boolean isNearestWorkday(LocalDate date, LocalDate wanted) {
        long distance = Math.abs(ChronoUnit.DAYS.between(date, wanted));
        for (int day = 1; day <= wanted.lengthOfMonth(); day++) {
            LocalDate other = wanted.withDayOfMonth(day);
            if (isWorkday(other) && Math.abs(ChronoUnit.DAYS.between(other, wanted)) < distance) {
                return false;
            }
        }
        return true;
    }

    private static LocalDate nextWorkday(LocalDate date) {
        LocalDate next = date.plusDays(1);
        return isWorkday(next) ? next : nextWorkday(next);
    }

    private static boolean isWorkday(LocalDate date) {
        return date.getDayOfWeek() != DayOfWeek.SATURDAY && date.getDayOfWeek() != DayOfWeek.SUNDAY;
    }

    private static boolean isDayOfWeek(String item, LocalDate date) {
        int weekday = date.getDayOfWeek().getValue() % 7;
        if (item.equals("?")) {
            return true;
        }
        if (item.endsWith("L")) {
            return Integer.parseInt(item.substring(0, 1)) % 7 == weekday
                    && date.plusWeeks(1).getMonth() != date.getMonth();
        }
        if (item.contains("#")) {
            int occurrence = Integer.parseInt(item.substring(2));
            return Integer.parseInt(item.substring(0, 1)) % 7 == weekday
                    && date.minusWeeks(occurrence - 1L).getMonth() == date.getMonth()
                    && date.minusWeeks(occurrence).getMonth() != date.getMonth();
        }
        Set<Integer> days = expand(item.startsWith("7/") ? "0" + item.substring(1) : item, 0, 6);
        return days.contains(weekday) || (weekday == 0 && days.contains(7));
    }

    private static String numbered(String field, List<String> names, int first) {
        String numbered = field;
        for (String name : names) {
            numbered = numbered.replace(name, Integer.toString(names.indexOf(name) + first));
        }
        return numbered;
    }

    private static Set<Integer> expand(String field, int first, int last) {
        Set<Integer> values = new HashSet<>();
        for (String item : field.split(",", -1)) {
            String[] rangeAndStep = item.split("/", -1);
            String[] ends = rangeAndStep[0].split("-", -1);
            boolean star = ends[0].equals("*");
            boolean open = star || (rangeAndStep.length == 2 && ends.length == 1);
            int from = star ? first : Integer.parseInt(ends[0]);
            int to = open ? last : Integer.parseInt(ends[ends.length - 1]);
            int step = rangeAndStep.length == 2 ? Integer.parseInt(rangeAndStep[1]) : 1;
            for (int value = from; value <= to; value += step) {
                values.add(value);
            }
        }
        return values;
    }
}
