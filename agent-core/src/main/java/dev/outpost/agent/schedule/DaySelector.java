package dev.outpost.agent.schedule;

/**
 * Picks days from a month: the meaning of one item, or of the whole, of the two day fields.
 *
 * <p>Selectors run while an expression is parsed, once per {@link MonthShape}, and never when a next time is searched.
 * They may therefore say plainly what they mean instead of being quick about it.
 */
@FunctionalInterface
interface DaySelector {

    /** What {@code *} and {@code ?} stand for. Compared by identity: a field written this way restricts nothing. */
    DaySelector UNRESTRICTED = MonthShape::days;

    /** Seven bits, one for each day of a week. */
    long WHOLE_WEEK = 0b111_1111;

    /** Times a week's bits, this is the same week five times over. */
    long FIVE_WEEKS = 1L | (1L << 7) | (1L << 14) | (1L << 21) | (1L << 28);

    /** The selected days of a month of this shape as a set of bits, the 1st being bit 1. */
    int daysOf(MonthShape month);

    /** The days that this selector or another one picks. */
    default DaySelector or(DaySelector other) {
        return month -> daysOf(month) | other.daysOf(month);
    }

    /** Plain days of the month, given as a set of bits. */
    static DaySelector days(long days) {
        return month -> (int) days & month.days();
    }

    /** {@code L} and {@code L-n}: so many days before the last. */
    static DaySelector beforeLast(int days) {
        return month -> month.day(month.length() - days);
    }

    /** {@code LW}: the last workday, Monday to Friday. */
    static DaySelector lastWorkday() {
        return month -> {
            int day = month.length();
            while (!month.isWorkday(day)) {
                day--;
            }
            return month.day(day);
        };
    }

    /** {@code nW}: the workday nearest to a day, without leaving the month that has this day. */
    static DaySelector nearestWorkday(int day) {
        return month -> {
            if (day > month.length()) {
                return 0;
            }
            if (month.isSaturday(day)) {
                return month.day(day == 1 ? 3 : day - 1);
            }
            if (month.isSunday(day)) {
                return month.day(day == month.length() ? day - 2 : day + 1);
            }
            return month.day(day);
        };
    }

    /** Days of the week, given as a set of bits with Sunday = bit 0. */
    static DaySelector weekdays(long weekdays) {
        return month -> {
            int first = month.firstWeekday();
            long weekFromTheFirst = ((weekdays >> first) | (weekdays << (7 - first))) & WHOLE_WEEK;
            return (int) ((weekFromTheFirst * FIVE_WEEKS) << 1) & month.days();
        };
    }

    /** {@code nL}: the last such day of the week in the month. */
    static DaySelector lastWeekday(int weekday) {
        return month -> {
            int day = month.length();
            while (month.weekdayOf(day) != weekday) {
                day--;
            }
            return month.day(day);
        };
    }

    /** {@code n#k}: the k-th such day of the week, in months that have it. */
    static DaySelector nthWeekday(int weekday, int occurrence) {
        return month -> month.day(month.firstOn(weekday) + 7 * (occurrence - 1));
    }
}
