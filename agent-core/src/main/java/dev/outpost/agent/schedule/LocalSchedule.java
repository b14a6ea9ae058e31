package dev.outpost.agent.schedule;

import java.time.LocalDate;
import java.time.chrono.IsoChronology;

/**
 * A parsed cron expression as seen by a wall clock that never jumps: which local times match, and which comes next.
 *
 * <p>Local times are counted as seconds since 1970-01-01T00:00 on that clock. Each field is a set of bits, and finding
 * the next time is a walk from the largest unit to the smallest that never tries times one by one:
 *
 * <pre>
 *   month that is allowed  ->  day: first bit in the table of its shape  ->  hour  ->  minute  ->  second
 * </pre>
 */
final class LocalSchedule {

    /** Stands for "no such time" wherever a local time or a day is expected. */
    static final long NEVER = Long.MAX_VALUE;

    /**
     * How far to look. The rarest day that exists, such as the fifth Sunday of a February, can be 40 years away: it needs
     * a leap year that begins on the right day, and 2100 is none.
     */
    private static final int HORIZON_MONTHS = 100 * 12;

    private static final int NO_BIT = Long.SIZE;
    private static final int SECONDS_PER_DAY = 86_400;

    private final long seconds;
    private final long minutes;
    private final long hours;
    private final long months;
    private final int[] daysByShape;
    private final int firstTimeOfDay;
    private final boolean interval;

    /**
     * @param seconds set of bits, never empty, as are the next three
     * @param interval whether the schedule follows elapsed time across a change of the clock, see {@link CronExpression}
     */
    LocalSchedule(long seconds, long minutes, long hours, long months, DaySelector days, boolean interval) {
        this.seconds = seconds;
        this.minutes = minutes;
        this.hours = hours;
        this.months = months;
        this.daysByShape = MonthShape.ALL.stream().mapToInt(days::daysOf).toArray();
        this.firstTimeOfDay = timeOfDay(next(hours, 0), next(minutes, 0), next(seconds, 0));
        this.interval = interval;
    }

    boolean isInterval() {
        return interval;
    }

    /** The earliest matching local time that is not before the given one, or {@link #NEVER}. */
    long nextOrSame(long local) {
        long today = Math.floorDiv(local, (long) SECONDS_PER_DAY);
        long day = dayOnOrAfter(today);
        if (day == today) {
            int time = timeOnOrAfter(Math.floorMod(local, SECONDS_PER_DAY));
            if (time >= 0) {
                return day * SECONDS_PER_DAY + time;
            }
            day = dayOnOrAfter(today + 1);
        }
        return day == NEVER ? NEVER : day * SECONDS_PER_DAY + firstTimeOfDay;
    }

    private long dayOnOrAfter(long epochDay) {
        LocalDate start = LocalDate.ofEpochDay(epochDay);
        int year = start.getYear();
        int month = start.getMonthValue();
        int earliest = start.getDayOfMonth();
        long first = epochDay - earliest + 1;
        for (int i = 0; i <= HORIZON_MONTHS; i++) {
            int length = lengthOf(month, year);
            if ((months >> month & 1) != 0) {
                int days = daysByShape[MonthShape.index(length, weekdayOf(first))] & -1 << earliest;
                if (days != 0) {
                    return first + Integer.numberOfTrailingZeros(days) - 1;
                }
            }
            first += length;
            earliest = 1;
            month++;
            if (month > 12) {
                month = 1;
                year++;
            }
        }
        return NEVER;
    }

    /** The earliest matching second of a day that is not before the given one, or -1 when the day is over. */
    private int timeOnOrAfter(int secondOfDay) {
        int hour = secondOfDay / 3600;
        int minute = secondOfDay / 60 % 60;
        int second = secondOfDay % 60;
        if ((hours >> hour & 1) != 0) {
            if ((minutes >> minute & 1) != 0) {
                int nextSecond = next(seconds, second);
                if (nextSecond != NO_BIT) {
                    return timeOfDay(hour, minute, nextSecond);
                }
            }
            int nextMinute = next(minutes, minute + 1);
            if (nextMinute != NO_BIT) {
                return timeOfDay(hour, nextMinute, next(seconds, 0));
            }
        }
        int nextHour = next(hours, hour + 1);
        return nextHour == NO_BIT ? -1 : timeOfDay(nextHour, next(minutes, 0), next(seconds, 0));
    }

    /** The lowest set bit at or above a position, or {@link #NO_BIT}. */
    private static int next(long bits, int from) {
        return Long.numberOfTrailingZeros(bits & -1L << from);
    }

    private static int timeOfDay(int hour, int minute, int second) {
        return (hour * 60 + minute) * 60 + second;
    }

    private static int weekdayOf(long epochDay) {
        // 1970-01-01 was a Thursday, which is day 4 of a week that begins with Sunday = 0.
        return Math.floorMod(epochDay + 4, 7);
    }

    private static int lengthOf(int month, int year) {
        return switch (month) {
            case 2 -> IsoChronology.INSTANCE.isLeapYear(year) ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }
}
