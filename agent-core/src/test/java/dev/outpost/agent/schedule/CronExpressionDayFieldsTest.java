package dev.outpost.agent.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which days the two day fields select. All cases ask at midnight, about schedules that fire at midnight. */
class CronExpressionDayFieldsTest {

    @ParameterizedTest(name = "{3}: ''{0}'' after {1} is {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # the calendar
            0 0 31 * *         | 2026-01-31 | 2026-03-31 | months without a 31st are passed over
            0 0 31 2-4 *       | 2026-04-01 | 2027-03-31 | as are those the month field allows
            0 0 30 * *         | 2026-01-30 | 2026-03-30 | February has no 30th
            0 0 29 2 *         | 2026-01-01 | 2028-02-29 | the next leap year
            0 0 29 2 *         | 1999-01-01 | 2000-02-29 | 2000 was a leap year
            0 0 29 2 *         | 1896-03-01 | 1904-02-29 | 1900 was none
            0 0 29 2 *         | 2096-03-01 | 2104-02-29 | 2100 is none: cron-utils gives up here
            0 0 29 * *         | 2026-01-29 | 2026-03-29 | a 29th outside February
            0 0 30 2 *         | 2026-01-01 | never      | no such date, alone
            0 0 31 4,6,9,11 *  | 2026-01-01 | never      | no such date, in a list of months
            0 0 30,31 FEB ?    | 2026-01-01 | never      | no such date, in a list of days
            0 0 1-10/3 * *     | 2026-01-04 | 2026-01-07 | days 1, 4, 7 and 10
            0 0 */10 * *       | 2026-01-21 | 2026-01-31 | days 1, 11, 21 and 31
            0 0 */10 * *       | 2026-02-21 | 2026-03-01 | counted anew in each month
            0 0 20/5 * *       | 2026-01-25 | 2026-01-30 | an open step of days
            # crontab(5): days of the week, 0 and 7 are Sunday
            0 0 * * 0          | 2026-01-15 | 2026-01-18 | Sunday is 0
            0 0 * * 7          | 2026-01-15 | 2026-01-18 | Sunday is 7
            0 0 * * sun        | 2026-01-15 | 2026-01-18 | Sunday by name
            0 0 * * 6          | 2026-01-15 | 2026-01-17 | 6 is Saturday, not the Friday of Quartz
            0 0 * * MON-FRI    | 2026-01-16 | 2026-01-19 | over the weekend
            0 0 * * mon,WED,5  | 2026-01-14 | 2026-01-16 | names and numbers mix
            0 0 * * 5-7        | 2026-01-17 | 2026-01-18 | a range may end with the second Sunday
            0 0 * * 5-7        | 2026-01-18 | 2026-01-23 | which is the same day as the first
            0 0 * * FRI-SUN    | 2026-01-17 | 2026-01-18 | also when spelled out
            0 0 * * SUN-TUE    | 2026-01-20 | 2026-01-25 | a range may begin with Sunday
            0 0 * * SUN-SUN    | 2026-01-18 | 2026-01-25 | or hold nothing else
            0 0 * * 0-7        | 2026-01-15 | 2026-01-16 | the whole week
            0 0 * * */2        | 2026-01-15 | 2026-01-17 | steps of days count from Sunday
            0 0 * * */2        | 2026-01-17 | 2026-01-18 | and start over each week
            0 0 * * 1/2        | 2026-01-16 | 2026-01-19 | an open step ends with Saturday
            0 0 * * 7/2        | 2026-01-18 | 2026-01-20 | and may begin with either Sunday
            0 0 * * 1-5/2      | 2026-01-12 | 2026-01-14 | Monday, Wednesday, Friday
            # Quartz: L, counted back from the end of the month
            0 0 L * *          | 2026-01-31 | 2026-02-28 | the last day
            0 0 L 2 *          | 2028-02-01 | 2028-02-29 | the last day of a leap February
            0 0 l * ?          | 2026-04-01 | 2026-04-30 | in lower case
            0 0 L-1 * *        | 2026-02-01 | 2026-02-27 | the last day but one
            0 0 L-3 * *        | 2026-04-01 | 2026-04-27 | three days before the last
            0 0 L-30 * *       | 2026-02-01 | 2026-03-01 | too far back for shorter months
            0 0 L-30 * *       | 2026-03-01 | 2026-05-01 | so only months of 31 days
            0 0 L-28 2 *       | 2026-01-01 | 2028-02-01 | only leap years
            0 0 1,15,L * *     | 2026-01-15 | 2026-01-31 | L in a list
            # Quartz: W, the nearest of Monday to Friday, never in another month
            0 0 15W * *        | 2026-01-01 | 2026-01-15 | a Thursday is its own nearest workday
            0 0 15W * *        | 2026-08-01 | 2026-08-14 | Saturday moves to Friday
            0 0 15W * *        | 2026-02-01 | 2026-02-16 | Sunday moves to Monday
            0 0 1W * *         | 2026-07-31 | 2026-08-03 | Saturday the 1st moves to Monday the 3rd
            0 0 1W * *         | 2026-01-31 | 2026-02-02 | Sunday the 1st moves to Monday the 2nd
            0 0 31W * *        | 2026-01-01 | 2026-01-30 | Saturday the 31st moves to Friday
            0 0 31W * *        | 2026-05-01 | 2026-05-29 | Sunday the 31st moves back to Friday
            0 0 31W * *        | 2026-05-30 | 2026-07-31 | a month without a 31st has no 31W
            0 0 30W * *        | 2026-08-01 | 2026-08-31 | Sunday the 30th of 31 moves to Monday
            0 0 28W 2 *        | 2026-02-01 | 2026-02-27 | the last Saturday of February moves back
            0 0 1w,15w * *     | 2026-01-01 | 2026-01-15 | W in a list, in lower case
            0 0 LW * *         | 2026-01-01 | 2026-01-30 | the last workday, before Saturday the 31st
            0 0 LW * *         | 2026-05-01 | 2026-05-29 | the last workday, before Sunday the 31st
            0 0 lw * *         | 2026-03-01 | 2026-03-31 | the last workday, on the last day
            # Quartz: nL and n#k, with the numbers of crontab(5)
            0 0 * * 5L         | 2026-01-01 | 2026-01-30 | the last Friday
            0 0 * * FRIL       | 2026-01-30 | 2026-02-27 | the last Friday, by name
            0 0 ? * 0L         | 2026-01-01 | 2026-01-25 | the last Sunday as 0
            0 0 ? * 7L         | 2026-01-01 | 2026-01-25 | the last Sunday as 7
            0 0 ? * monl,5L    | 2026-01-26 | 2026-01-30 | several last days
            0 0 ? * MON#1      | 2026-01-31 | 2026-02-02 | the first Monday
            0 0 ? * 5#2        | 2026-02-01 | 2026-02-13 | the second Friday
            0 0 ? * 0#1        | 2026-01-31 | 2026-02-01 | the first Sunday as 0
            0 0 ? * 7#1        | 2026-01-31 | 2026-02-01 | the first Sunday as 7
            0 0 ? 11 thu#4     | 2026-01-01 | 2026-11-26 | the fourth Thursday in November
            0 0 ? * 5#5        | 2026-01-30 | 2026-05-29 | months without a fifth Friday are passed over
            0 0 ? 2 SUN#5      | 2088-03-01 | 2128-02-29 | the longest wait there is: 40 years
            0 0 ? * MON#1,FRIL | 2026-02-02 | 2026-02-27 | both forms in a list
            # crontab(5): day of month and day of week widen each other
            0 0 13 * FRI       | 2026-01-01 | 2026-01-02 | Friday, though not the 13th
            0 0 13 * FRI       | 2026-01-09 | 2026-01-13 | the 13th, though not Friday
            0 0 13 * *         | 2026-01-01 | 2026-01-13 | only the day of month restricts
            0 0 13 * ?         | 2026-01-01 | 2026-01-13 | with a question mark likewise
            0 0 * * FRI        | 2026-01-02 | 2026-01-09 | only the day of week restricts
            0 0 ? * FRI        | 2026-01-02 | 2026-01-09 | with a question mark likewise
            0 0 ? * ?          | 2026-01-01 | 2026-01-02 | nothing restricts
            0 0 1 JAN SUN      | 2026-01-01 | 2026-01-04 | within the month that both share
            0 0 31 2 MON       | 2026-01-01 | 2026-02-02 | an impossible date leaves the other field
            0 0 */2 * MON      | 2026-01-05 | 2026-01-07 | a step restricts: Wednesday the 7th is odd
            0 0 */2 * MON      | 2026-01-11 | 2026-01-12 | and Monday the 12th is a Monday; Vixie cron wants both
            0 0 1-31 * MON     | 2026-01-06 | 2026-01-07 | a full range is a restriction too, one without effect
            0 0 L * MON#1      | 2026-02-02 | 2026-02-28 | special forms take part
            """)
    void next_ofMidnightSchedule_isTheFirstMatchingDay(
            String expression, LocalDate after, String expected, String why) {
        CronExpression cron = CronExpression.parse(expression, ZoneOffset.UTC);

        Optional<Instant> next = cron.next(midnight(after));

        assertThat(next)
                .as(why)
                .isEqualTo(
                        expected.equals("never") ? Optional.empty() : Optional.of(midnight(LocalDate.parse(expected))));
    }

    private static Instant midnight(LocalDate date) {
        return date.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
