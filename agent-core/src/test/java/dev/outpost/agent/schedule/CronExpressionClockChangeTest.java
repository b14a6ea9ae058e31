package dev.outpost.agent.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.OffsetDateTime;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What happens when clocks change. The rules are cron(8)'s of Vixie cron and cronie as Cronos and Quartz.NET 4 word them;
 * the reasons name libraries that are known to answer differently.
 */
class CronExpressionClockChangeTest {

    @ParameterizedTest(name = "{4}: ''{0}'' in {1} after {2} is {3}")
    @CsvSource(delimiter = '|', textBlock = """
            # 2026-03-29: 02:00+01:00 becomes 03:00+02:00. Appointments in the gap fire when it ends.
            30 2 * * *         | Europe/Berlin | 2026-03-28T12:00+01:00 | 2026-03-29T03:00+02:00 | cron-utils, Quartz and Spring skip the day
            30 2 * * *         | Europe/Berlin | 2026-03-29T03:00+02:00 | 2026-03-30T02:30+02:00 | and once is enough
            0 2 * * *          | Europe/Berlin | 2026-03-29T01:59+01:00 | 2026-03-29T03:00+02:00 | the first skipped minute
            59 2 * * *         | Europe/Berlin | 2026-03-29T01:59+01:00 | 2026-03-29T03:00+02:00 | the last skipped minute
            0 3 * * *          | Europe/Berlin | 2026-03-29T01:59+01:00 | 2026-03-29T03:00+02:00 | the first minute after the gap
            0 3 * * *          | Europe/Berlin | 2026-03-29T03:00+02:00 | 2026-03-30T03:00+02:00 | which is not skipped
            15,45 2 * * *      | Europe/Berlin | 2026-03-29T01:00+01:00 | 2026-03-29T03:00+02:00 | two appointments in one gap make one firing
            15,45 2 * * *      | Europe/Berlin | 2026-03-29T03:00+02:00 | 2026-03-30T02:15+02:00 | not two
            */10 2 * * *       | Europe/Berlin | 2026-03-29T01:00+01:00 | 2026-03-29T03:00+02:00 | nor six
            30 2-3 * * *       | Europe/Berlin | 2026-03-29T01:00+01:00 | 2026-03-29T03:00+02:00 | 02:30 when the gap ends
            30 2-3 * * *       | Europe/Berlin | 2026-03-29T03:00+02:00 | 2026-03-29T03:30+02:00 | and 03:30 as usual
            30 2 29 3 *        | Europe/Berlin | 2026-01-01T00:00+01:00 | 2026-03-29T03:00+02:00 | once a year, on that very day
            30 2 ? * SUN#5     | Europe/Berlin | 2026-03-28T00:00+01:00 | 2026-03-29T03:00+02:00 | the fifth Sunday
            15 30 2 * * *      | Europe/Berlin | 2026-03-29T01:00+01:00 | 2026-03-29T03:00+02:00 | with a second, which the end of the gap has not
            0 0-23/2 * * *     | Europe/Berlin | 2026-03-29T00:00+01:00 | 2026-03-29T03:00+02:00 | a stepped range lists appointments
            0 2,*/4 * * *      | Europe/Berlin | 2026-03-29T01:00+01:00 | 2026-03-29T03:00+02:00 | so does a list with a step in it
            30 1 * * *         | Europe/Berlin | 2026-03-29T01:30+01:00 | 2026-03-30T01:30+02:00 | an hour before the gap, a day of 23 hours
            # The same gap for intervals: what does not exist does not match.
            0 0/30 * * * ?     | Europe/Berlin | 2026-03-29T01:30+01:00 | 2026-03-29T03:00+02:00 | half an hour later in real time
            30 * * * *         | Europe/Berlin | 2026-03-29T01:30+01:00 | 2026-03-29T03:30+02:00 | an hour later in real time
            30 0-23 * * *      | Europe/Berlin | 2026-03-29T01:30+01:00 | 2026-03-29T03:30+02:00 | all 24 hours are an interval
            30 0-11,12-23 * * * | Europe/Berlin | 2026-03-29T01:30+01:00 | 2026-03-29T03:30+02:00 | however they are listed
            0 */2 * * *        | Europe/Berlin | 2026-03-29T00:00+01:00 | 2026-03-29T04:00+02:00 | a step over all hours is an interval
            0 2/3 * * *        | Europe/Berlin | 2026-03-29T01:00+01:00 | 2026-03-29T05:00+02:00 | an open step as well
            @hourly            | Europe/Berlin | 2026-03-29T01:00+01:00 | 2026-03-29T03:00+02:00 | the hourly macro
            30 * 29 3 *        | Europe/Berlin | 2026-03-28T23:59+01:00 | 2026-03-29T00:30+01:00 | an interval on one day, before the change
            # 2026-10-25: 03:00+02:00 becomes 02:00+01:00. Appointments in the repeated hour fire in its first pass.
            30 2 * * *         | Europe/Berlin | 2026-10-24T12:00+02:00 | 2026-10-25T02:30+02:00 | Quartz waits for the second pass
            30 2 * * *         | Europe/Berlin | 2026-10-25T02:30+02:00 | 2026-10-26T02:30+01:00 | Spring fires twice
            30 2 * * *         | Europe/Berlin | 2026-10-25T02:10+01:00 | 2026-10-26T02:30+01:00 | asked in the second pass, before it
            30 2 * * *         | Europe/Berlin | 2026-10-25T02:30+01:00 | 2026-10-26T02:30+01:00 | asked in the second pass, at it
            30 2 * * *         | Europe/Berlin | 2026-10-25T02:50+01:00 | 2026-10-26T02:30+01:00 | asked in the second pass, after it
            0 2 * * *          | Europe/Berlin | 2026-10-25T01:59+02:00 | 2026-10-25T02:00+02:00 | the first repeated minute
            0 2 * * *          | Europe/Berlin | 2026-10-25T02:59+02:00 | 2026-10-26T02:00+01:00 | which coincides with the change
            59 2 * * *         | Europe/Berlin | 2026-10-25T02:00+02:00 | 2026-10-25T02:59+02:00 | the last repeated minute
            0 3 * * *          | Europe/Berlin | 2026-10-25T02:30+02:00 | 2026-10-25T03:00+01:00 | the first minute after both passes
            0 3 * * *          | Europe/Berlin | 2026-10-25T02:30+01:00 | 2026-10-25T03:00+01:00 | also from the second pass
            */20 2-3 * * *     | Europe/Berlin | 2026-10-25T02:40+02:00 | 2026-10-25T03:00+01:00 | the whole second pass is over
            * * 2-3 * * *      | Europe/Berlin | 2026-10-25T02:00:01+01:00 | 2026-10-25T03:00+01:00 | even with an appointment every second
            30 1 * * *         | Europe/Berlin | 2026-10-25T01:30+02:00 | 2026-10-26T01:30+01:00 | an hour before the change, a day of 25 hours
            # The same repeat for intervals: both passes count.
            0 0/30 * * * ?     | Europe/Berlin | 2026-10-25T01:30+02:00 | 2026-10-25T02:00+02:00 | Quartz loses the hour from here
            0 0/30 * * * ?     | Europe/Berlin | 2026-10-25T02:30+02:00 | 2026-10-25T02:00+01:00 | into the second pass
            0 0/30 * * * ?     | Europe/Berlin | 2026-10-25T02:00+01:00 | 2026-10-25T02:30+01:00 | and on in it
            30 * * * *         | Europe/Berlin | 2026-10-25T02:30+02:00 | 2026-10-25T02:30+01:00 | an hour later in real time
            30 0-23 * * *      | Europe/Berlin | 2026-10-25T02:30+02:00 | 2026-10-25T02:30+01:00 | all 24 hours
            0 */2 * * *        | Europe/Berlin | 2026-10-25T02:00+02:00 | 2026-10-25T02:00+01:00 | every even hour, and 02:00 comes twice
            @hourly            | Europe/Berlin | 2026-10-25T02:00+02:00 | 2026-10-25T02:00+01:00 | the hourly macro
            # 2025-04-25 in Cairo: midnight becomes 01:00. Spring issues 36859 and 36865.
            0 0 * * *          | Africa/Cairo | 2025-04-24T12:00+02:00 | 2025-04-25T01:00+03:00 | cron-utils, Quartz and Spring skip the day
            0 0 * * *          | Africa/Cairo | 2025-04-25T01:00+03:00 | 2025-04-26T00:00+03:00 | and once is enough
            @daily             | Africa/Cairo | 2025-04-24T12:00+02:00 | 2025-04-25T01:00+03:00 | the daily macro
            0 0 25 4 *         | Africa/Cairo | 2025-01-01T00:00+02:00 | 2025-04-25T01:00+03:00 | by date
            0 0 * * FRI        | Africa/Cairo | 2025-04-24T00:00+02:00 | 2025-04-25T01:00+03:00 | by day of the week
            0 */24 * * *       | Africa/Cairo | 2025-04-24T12:00+02:00 | 2025-04-26T00:00+03:00 | an interval finds no midnight that day
            # 2025-10-31 in Cairo: midnight becomes 23:00 of the day before.
            30 23 * * *        | Africa/Cairo | 2025-10-30T12:00+03:00 | 2025-10-30T23:30+03:00 | the first 23:30
            30 23 * * *        | Africa/Cairo | 2025-10-30T23:30+03:00 | 2025-10-31T23:30+02:00 | not the second
            0 0 * * *          | Africa/Cairo | 2025-10-30T23:30+03:00 | 2025-10-31T00:00+02:00 | midnight comes 90 minutes later
            0 0 * * *          | Africa/Cairo | 2025-10-30T23:30+02:00 | 2025-10-31T00:00+02:00 | also from the second pass
            # Lord Howe changes by half an hour: 2026-04-05 02:00+11:00 becomes 01:30+10:30.
            0 15 0/1 * * ?     | Australia/Lord_Howe | 2026-04-05T01:15+11:00 | 2026-04-05T02:15+10:30 | 90 minutes later
            0 15 0/1 * * ?     | Australia/Lord_Howe | 2026-04-05T02:15+10:30 | 2026-04-05T03:15+10:30 | Spring answers with the question for ever
            0 45 0/1 * * ?     | Australia/Lord_Howe | 2026-04-05T01:45+11:00 | 2026-04-05T01:45+10:30 | half an hour later
            0 8-10 * * * ?     | Australia/Lord_Howe | 2026-04-05T01:10+11:00 | 2026-04-05T02:08+10:30 | Spring goes back two minutes
            45 1 * * *         | Australia/Lord_Howe | 2026-04-05T01:45+11:00 | 2026-04-06T01:45+10:30 | once
            # and 2026-10-04 02:00+10:30 becomes 02:30+11:00
            15 2 * * *         | Australia/Lord_Howe | 2026-10-03T12:00+10:30 | 2026-10-04T02:30+11:00 | the end of the short gap
            15 * * * *         | Australia/Lord_Howe | 2026-10-04T01:15+10:30 | 2026-10-04T03:15+11:00 | 90 minutes later
            */15 * * * *       | Australia/Lord_Howe | 2026-10-04T01:45+10:30 | 2026-10-04T02:30+11:00 | 15 minutes later
            # Troll changes by two hours: 2026-03-29 01:00Z becomes 03:00+02:00.
            30 1 * * *         | Antarctica/Troll | 2026-03-28T12:00Z      | 2026-03-29T03:00+02:00 | from the first skipped hour
            30 2 * * *         | Antarctica/Troll | 2026-03-28T12:00Z      | 2026-03-29T03:00+02:00 | from the second skipped hour
            30 1,2 * * *       | Antarctica/Troll | 2026-03-29T03:00+02:00 | 2026-03-30T01:30+02:00 | one firing for both
            30 * * * *         | Antarctica/Troll | 2026-03-29T00:30Z      | 2026-03-29T03:30+02:00 | an hour later in real time
            # and 2026-10-25 03:00+02:00 becomes 01:00Z
            30 1 * * *         | Antarctica/Troll | 2026-10-25T01:30+02:00 | 2026-10-26T01:30Z      | once
            30 2 * * *         | Antarctica/Troll | 2026-10-25T01:30Z      | 2026-10-26T02:30Z      | from the second pass
            30 * * * *         | Antarctica/Troll | 2026-10-25T02:30+02:00 | 2026-10-25T01:30Z      | both passes of both hours
            # Apia went from 2011-12-29 to 2011-12-31; Kwajalein left out 1993-08-21.
            0 0 30 12 *        | Pacific/Apia | 2011-12-29T12:00-10:00 | 2011-12-31T00:00+14:00 | a date that did not exist
            0 12 * * *         | Pacific/Apia | 2011-12-29T12:00-10:00 | 2011-12-31T00:00+14:00 | noon of the skipped day
            0 12 * * *         | Pacific/Apia | 2011-12-31T00:00+14:00 | 2011-12-31T12:00+14:00 | and of the day after
            0 9 * * FRI        | Pacific/Apia | 2011-12-29T12:00-10:00 | 2011-12-31T00:00+14:00 | the Friday that did not exist
            0 * * * *          | Pacific/Apia | 2011-12-29T23:00-10:00 | 2011-12-31T00:00+14:00 | an hour later in real time
            30 * * * *         | Pacific/Apia | 2011-12-29T23:30-10:00 | 2011-12-31T00:30+14:00 | an hour later in real time
            30 * 30 12 *       | Pacific/Apia | 2011-12-29T12:00-10:00 | 2012-12-30T00:30+14:00 | an interval finds no such day that year
            0 12 21 8 *        | Pacific/Kwajalein | 1993-08-20T12:00-12:00 | 1993-08-22T00:00+12:00 | the other skipped day
            # Morocco leaves summer time for Ramadan: 2025-02-23 03:00+01:00 becomes 02:00Z, 2025-04-06 back.
            30 2 * * *         | Africa/Casablanca | 2025-02-23T02:30+01:00 | 2025-02-24T02:30Z      | once
            */30 * * * *       | Africa/Casablanca | 2025-02-23T02:30+01:00 | 2025-02-23T02:00Z      | both passes
            30 2 * * *         | Africa/Casablanca | 2025-04-05T12:00Z      | 2025-04-06T03:00+01:00 | the end of the gap
            0 2 1 * *          | Africa/Casablanca | 2025-02-15T00:00+01:00 | 2025-03-01T02:00Z      | between the two changes
            # elsewhere
            30 2 * * *         | America/New_York | 2026-03-07T12:00-05:00 | 2026-03-08T03:00-04:00 | a gap west of Greenwich
            30 1 * * *         | America/New_York | 2026-11-01T01:30-04:00 | 2026-11-02T01:30-05:00 | a repeat west of Greenwich
            @daily             | America/Sao_Paulo | 2018-11-03T12:00-03:00 | 2018-11-04T01:00-02:00 | another gap at midnight
            @daily             | America/Sao_Paulo | 2018-02-17T23:30-02:00 | 2018-02-18T00:00-03:00 | another repeat before midnight
            0 3 * * *          | Pacific/Chatham | 2026-04-05T03:00+13:45 | 2026-04-06T03:00+12:45 | changes at a quarter to
            30 1 * * *         | Europe/Dublin | 2026-03-28T12:00Z | 2026-03-29T02:00+01:00 | where winter time is the exception
            30 0 7 1 *         | Africa/Monrovia | 1972-01-01T00:00-00:44:30 | 1972-01-07T00:44:30Z | a gap that ends between two minutes
            * * * * *          | Africa/Monrovia | 1972-01-06T23:59-00:44:30 | 1972-01-07T00:45Z | the next whole minute after it
            0 0 29 2 *         | Europe/Berlin | 2096-03-01T00:00+01:00 | 2104-02-29T00:00+01:00 | sixteen changes later
            * * 29 2 *         | Europe/Berlin | 2096-03-01T00:00+01:00 | 2104-02-29T00:00+01:00 | for intervals too: no change may be found twice
            30 2 * * *         | +01:00 | 2026-03-28T12:00+01:00 | 2026-03-29T02:30+01:00 | a fixed offset knows no summer
            """)
    void next_aroundClockChange_followsTheKindOfSchedule(
            String expression, ZoneId zone, OffsetDateTime after, OffsetDateTime expected, String why) {
        CronExpression cron = CronExpression.parse(expression, zone);

        assertThat(cron.next(after.toInstant())).as(why).contains(expected.toInstant());
    }
}
