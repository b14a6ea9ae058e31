package dev.outpost.agent.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What lists, ranges, steps, names and macros select, on a clock that never changes. */
class CronExpressionTimeFieldsTest {

    @ParameterizedTest(name = "{3}: ''{0}'' after {1} is {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # crontab(5): five fields, minute first
            * * * * *              | 2026-01-15T10:00:30 | 2026-01-15T10:01:00 | every minute begins at its second 0
            * * * * *              | 2026-01-15T10:00:00 | 2026-01-15T10:01:00 | strictly after a match
            * * * * *              | 2026-12-31T23:59:59 | 2027-01-01T00:00:00 | carries through every unit
            * * * * *              | 1969-12-31T23:59:30 | 1970-01-01T00:00:00 | works before the epoch
            30 6 * * *             | 2026-01-15T06:29:59 | 2026-01-15T06:30:00 | later on the same day
            30 6 * * *             | 2026-01-15T06:30:00 | 2026-01-16T06:30:00 | on the next day
            30 6 * * *             | 2026-01-15T05:45:00 | 2026-01-15T06:30:00 | hour first, then minute
            05 09 * * *            | 2026-01-15T00:00:00 | 2026-01-15T09:05:00 | leading zeros are decimal
            59 23 31 12 *          | 2026-01-01T00:00:00 | 2026-12-31T23:59:00 | the largest values
            0 0 1 1 *              | 2026-01-01T00:00:00 | 2027-01-01T00:00:00 | the smallest values
            # crontab(5): lists and ranges
            1,15,20-25 * * * *     | 2026-01-15T10:15:00 | 2026-01-15T10:20:00 | a list may hold ranges
            1,15,20-25 * * * *     | 2026-01-15T10:25:00 | 2026-01-15T11:01:00 | a list starts over
            15,1 * * * *           | 2026-01-15T10:01:00 | 2026-01-15T10:15:00 | the order of a list is free
            5,5,5-5 * * * *        | 2026-01-15T10:00:00 | 2026-01-15T10:05:00 | repetition in a list is harmless
            0 9-17 * * *           | 2026-01-15T16:30:00 | 2026-01-15T17:00:00 | ranges include both ends
            0 9-17 * * *           | 2026-01-15T17:00:00 | 2026-01-16T09:00:00 | nothing beyond the end of a range
            0 22,2 * * *           | 2026-01-15T22:00:00 | 2026-01-16T02:00:00 | night hours are written as a list
            # crontab(5): steps
            */15 * * * *           | 2026-01-15T10:14:59 | 2026-01-15T10:15:00 | steps begin at the first value
            */15 * * * *           | 2026-01-15T10:45:00 | 2026-01-15T11:00:00 | and start over with each cycle
            */7 * * * *            | 2026-01-15T10:56:00 | 2026-01-15T11:00:00 | even when they do not divide it
            */60 * * * *           | 2026-01-15T10:00:00 | 2026-01-15T11:00:00 | a step of one whole cycle
            */1 * * * *            | 2026-01-15T10:00:00 | 2026-01-15T10:01:00 | a step of one selects everything
            10-30/10 * * * *       | 2026-01-15T10:20:00 | 2026-01-15T10:30:00 | a stepped range may hit its end
            10-30/15 * * * *       | 2026-01-15T10:25:00 | 2026-01-15T11:10:00 | or not
            0 9-17/4 * * *         | 2026-01-15T09:00:00 | 2026-01-15T13:00:00 | a stepped range of hours
            0 */24 * * *           | 2026-01-15T00:00:00 | 2026-01-16T00:00:00 | every 24 hours is at midnight
            # Quartz: an open step runs to the last value of the field
            5/15 * * * *           | 2026-01-15T10:00:00 | 2026-01-15T10:05:00 | from 5
            5/15 * * * *           | 2026-01-15T10:50:00 | 2026-01-15T11:05:00 | and again from 5
            0 20/2 * * *           | 2026-01-15T22:00:00 | 2026-01-16T20:00:00 | from hour 20 to 23
            # Quartz and Spring: six fields, second first
            * * * * * *            | 2026-01-15T10:00:00.5 | 2026-01-15T10:00:01 | the next whole second
            * * * * * *            | 2026-01-15T23:59:59 | 2026-01-16T00:00:00 | every second
            */10 * * * * *         | 2026-01-15T10:00:51 | 2026-01-15T10:01:00 | seconds carry into minutes
            0 0/5 * * * ?          | 2026-01-15T10:00:00 | 2026-01-15T10:05:00 | the Quartz spelling of every 5 minutes
            15,45 30 9 * * *       | 2026-01-15T09:30:15 | 2026-01-15T09:30:45 | two seconds of one minute
            15,45 30 9 * * *       | 2026-01-15T09:30:45 | 2026-01-16T09:30:15 | then the next day
            59 59 23 31 12 *       | 2026-12-31T23:59:58 | 2026-12-31T23:59:59 | the last second of a year
            30 * 9 * * *           | 2026-01-15T09:59:30 | 2026-01-16T09:00:30 | seconds keep to their hour
            0 0 12 * * *           | 2026-01-15T11:59:59.999999999 | 2026-01-15T12:00:00 | a nanosecond before a match
            0 0 12 * * *           | 2026-01-15T12:00:00.000000001 | 2026-01-16T12:00:00 | a nanosecond after a match
            # crontab(5): names of months; lists and ranges of names as in cronie
            0 0 1 JAN *            | 2026-01-02T00:00:00 | 2027-01-01T00:00:00 | a month by name
            0 0 1 jan-Mar *        | 2026-01-01T00:00:00 | 2026-02-01T00:00:00 | names match in either case
            0 0 1 MAR,sep,12 *     | 2026-03-01T00:00:00 | 2026-09-01T00:00:00 | names and numbers mix
            0 0 1 NOV-12 *         | 2026-11-01T00:00:00 | 2026-12-01T00:00:00 | even in a range
            0 0 1 */3 *            | 2026-01-02T00:00:00 | 2026-04-01T00:00:00 | quarters begin with month 1
            0 0 1 2/5 *            | 2026-07-01T00:00:00 | 2026-12-01T00:00:00 | months 2, 7 and 12
            0 0 1 FEB/6 *          | 2026-02-02T00:00:00 | 2026-08-01T00:00:00 | an open step may start with a name
            # crontab(5): macros
            @yearly                | 2026-01-15T10:00:00 | 2027-01-01T00:00:00 | first of January
            @annually              | 2026-01-15T10:00:00 | 2027-01-01T00:00:00 | the same as yearly
            @monthly               | 2026-01-15T10:00:00 | 2026-02-01T00:00:00 | first of the month
            @weekly                | 2026-01-15T10:00:00 | 2026-01-18T00:00:00 | Sunday at midnight
            @daily                 | 2026-01-15T10:00:00 | 2026-01-16T00:00:00 | midnight
            @midnight              | 2026-01-15T10:00:00 | 2026-01-16T00:00:00 | the same as daily
            @hourly                | 2026-01-15T10:00:00 | 2026-01-15T11:00:00 | on the hour
            @Daily                 | 2026-01-15T10:00:00 | 2026-01-16T00:00:00 | macros match in either case
            # blanks
            '  0   9 * *  *  '     | 2026-01-15T10:00:00 | 2026-01-16T09:00:00 | blanks may be many
            '0	9	*	*	*'        | 2026-01-15T10:00:00 | 2026-01-16T09:00:00 | and may be tabs
            '  @daily '            | 2026-01-15T10:00:00 | 2026-01-16T00:00:00 | around macros as well
            """)
    void next_inUtc_isTheFirstMatchingTime(String expression, String after, String expected, String why) {
        CronExpression cron = CronExpression.parse(expression, ZoneOffset.UTC);

        assertThat(cron.next(Instant.parse(after + "Z"))).as(why).contains(Instant.parse(expected + "Z"));
    }
}
