package dev.outpost.agent.schedule;

import java.util.ArrayList;
import java.util.List;

/**
 * What the calendar page of a month looks like: how many days, and on which day of the week it begins.
 *
 * <p>There are only 28 shapes, four lengths times seven beginnings, so whatever a cron expression says about days can be
 * worked out for all of them once, when it is parsed.
 *
 * @param length days in the month, 28 to 31
 * @param firstWeekday day of the week of the 1st, with Sunday = 0
 */
record MonthShape(int length, int firstWeekday) {

    private static final int SHORTEST = 28;
    private static final int LONGEST = 31;
    private static final int WEEK = 7;
    private static final int SUNDAY = 0;
    private static final int SATURDAY = 6;

    /** Every shape there is, each at the place {@link #index} gives it. */
    static final List<MonthShape> ALL = all();

    private static List<MonthShape> all() {
        List<MonthShape> shapes = new ArrayList<>();
        for (int length = SHORTEST; length <= LONGEST; length++) {
            for (int weekday = 0; weekday < WEEK; weekday++) {
                shapes.add(new MonthShape(length, weekday));
            }
        }
        return List.copyOf(shapes);
    }

    static int index(int length, int firstWeekday) {
        return (length - SHORTEST) * WEEK + firstWeekday;
    }

    int weekdayOf(int day) {
        return (firstWeekday + day - 1) % WEEK;
    }

    boolean isSaturday(int day) {
        return weekdayOf(day) == SATURDAY;
    }

    boolean isSunday(int day) {
        return weekdayOf(day) == SUNDAY;
    }

    boolean isWorkday(int day) {
        return !isSaturday(day) && !isSunday(day);
    }

    /** The first day of the month that falls on a day of the week. */
    int firstOn(int weekday) {
        return 1 + Math.floorMod(weekday - firstWeekday, WEEK);
    }

    /** All days of the month as a set of bits; bit 0 is never set, bit 1 is the 1st. */
    int days() {
        return (int) ((2L << length) - 2);
    }

    /** The given day as a set of bits: empty when the month has no such day. */
    int day(int day) {
        return day >= 1 && day <= length ? 1 << day : 0;
    }
}
