package dev.outpost.agent.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which expressions are refused, and how well the refusal points at the fault. */
class CronSyntaxExceptionTest {

    @ParameterizedTest(name = "''{0}'' at {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # number of fields
            ''                    | 0  | the end after 0 fields | 5 fields, or 6 with seconds first
            '   '                 | 3  | the end after 0 fields | 5 fields, or 6 with seconds first
            *                     | 1  | the end after 1 field  | 5 fields, or 6 with seconds first
            * * * *               | 7  | the end after 4 fields | 5 fields, or 6 with seconds first
            0 0 12 * * ? 2026     | 13 | a seventh field        | 5 fields, or 6 with seconds first
            * * * * * * * *       | 12 | a seventh field        | 5 fields, or 6 with seconds first
            # numbers out of range
            60 * * * *            | 0  | "60"    | "*" or minute 0-59
            60 * * * * *          | 0  | "60"    | "*" or second 0-59
            * 24 * * *            | 2  | "24"    | "*" or hour 0-23
            * * 0 * *             | 4  | "0"     | "*" or "?" alone, day of month 1-31, nW, L, L-n or LW
            * * 32 * *            | 4  | "32"    | "*" or "?" alone, day of month 1-31, nW, L, L-n or LW
            * * * 0 *             | 6  | "0"     | "*" or month 1-12 or JAN-DEC
            * * * 13 *            | 6  | "13"    | "*" or month 1-12 or JAN-DEC
            * * * * 8             | 8  | "8"     | "*" or "?" alone, day of week 0-7 or SUN-SAT, nL or n#k
            -1 * * * *            | 0  | "-"     | "*" or minute 0-59
            4294967296 * * * *    | 0  | "4294967296" | "*" or minute 0-59
            5-60 * * * *          | 2  | "60"    | minute 0-59
            # ranges
            5-1 * * * *           | 0  | "5-1"   | a range upwards, or two ranges
            * 22-2 * * *          | 2  | "22-2"  | a range upwards, or two ranges
            * 1,22-2/2 * * *      | 4  | "22-2"  | a range upwards, or two ranges
            * * * NOV-FEB *       | 6  | "NOV-FEB" | a range upwards, or two ranges
            * * * * FRI-MON       | 8  | "FRI-MON" | a range upwards, or two ranges
            * * * * 5-0           | 8  | "5-0"   | a range upwards, or two ranges
            5- * * * *            | 2  | the end of the field | minute 0-59
            * * * * 5-            | 10 | the end | day of week 0-7 or SUN-SAT
            1-5-9 * * * *         | 3  | "-"     | ",", "/" or the end of the minute field
            # steps
            */0 * * * *           | 2  | "0"     | minute step 1-60
            */61 * * * *          | 2  | "61"    | minute step 1-60
            0 */25 * * *          | 4  | "25"    | hour step 1-24
            5/ * * * *            | 2  | the end of the field | minute step 1-60
            5/x * * * *           | 2  | "x"     | minute step 1-60
            */5/2 * * * *         | 3  | "/"     | "," or the end of the minute field
            # lists
            1,,2 * * * *          | 2  | ","     | "*" or minute 0-59
            ,1 * * * *            | 0  | ","     | "*" or minute 0-59
            1, * * * *            | 2  | the end of the field | "*" or minute 0-59
            # names
            * * * FOO *           | 6  | "FOO"   | "*" or month 1-12 or JAN-DEC
            * * * MON *           | 6  | "MON"   | "*" or month 1-12 or JAN-DEC
            MON * * * *           | 0  | "MON"   | "*" or minute 0-59
            * * * * MONDAY        | 11 | "DAY"   | ",", "-", "/", "L", "#" or the end of the day of week field
            # question marks
            ? * * * *             | 0  | "?"     | "*" or minute 0-59
            * * * ? *             | 6  | "?"     | "*" or month 1-12 or JAN-DEC
            * * ?/2 * *           | 4  | "?"     | "*" or "?" alone, day of month 1-31, nW, L, L-n or LW
            * * ?,1 * *           | 4  | "?"     | "*" or "?" alone, day of month 1-31, nW, L, L-n or LW
            # L and W
            L * * * *             | 0  | "L"     | "*" or minute 0-59
            * * L-0 * *           | 6  | "0"     | 1-30 days before the last
            * * L-31 * *          | 6  | "31"    | 1-30 days before the last
            * * L- * *            | 6  | the end of the field | 1-30 days before the last
            * * L/2 * *           | 5  | "/"     | ",", "W", "-" or the end of the day of month field
            * * L-3W * *          | 7  | "W"     | "," or the end of the day of month field
            * * W * *             | 4  | "W"     | "*" or "?" alone, day of month 1-31, nW, L, L-n or LW
            * * 32W * *           | 4  | "32W"   | "*" or "?" alone, day of month 1-31, nW, L, L-n or LW
            * * 1-5W * *          | 7  | "W"     | ",", "/" or the end of the day of month field
            * * 15W/2 * *         | 7  | "/"     | "," or the end of the day of month field
            * * 5L * *            | 5  | "L"     | ",", "-", "/", "W" or the end of the day of month field
            * * * * L             | 8  | "L"     | "*" or "?" alone, day of week 0-7 or SUN-SAT, nL or n#k
            * * * * 1-5L          | 11 | "L"     | ",", "/" or the end of the day of week field
            * * * * 5W            | 9  | "W"     | ",", "-", "/", "L", "#" or the end of the day of week field
            # the k-th day of the week
            * * * * 5#0           | 10 | "0"     | occurrence 1-5 in the month
            * * * * 5#6           | 10 | "6"     | occurrence 1-5 in the month
            * * * * 5#            | 10 | the end | occurrence 1-5 in the month
            * * * * #2            | 8  | "#"     | "*" or "?" alone, day of week 0-7 or SUN-SAT, nL or n#k
            * * * * 5#1-3         | 11 | "-"     | "," or the end of the day of week field
            * * 5#2 * *           | 5  | "#"     | ",", "-", "/", "W" or the end of the day of month field
            # what other programs allow
            H * * * *             | 0  | "H"     | "*" or minute 0-59
            ~ * * * *             | 0  | "~"     | "*" or minute 0-59
            * * 1-L * *           | 6  | "L"     | day of month 1-31
            * * L,W * *           | 6  | "W"     | "*" or "?" alone, day of month 1-31, nW, L, L-n or LW
            * * LWX * *           | 6  | "X"     | "," or the end of the day of month field
            * * * * 5L#2          | 10 | "#"     | "," or the end of the day of week field
            * * * * MON#TUE       | 12 | "TUE"   | occurrence 1-5 in the month
            * * * JAN#1 *         | 9  | "#"     | ",", "-", "/" or the end of the month field
            * * * * MON-          | 12 | the end | day of week 0-7 or SUN-SAT
            * * * * *L            | 9  | "L"     | ",", "/" or the end of the day of week field
            *-5 * * * *           | 1  | "-"     | ",", "/" or the end of the minute field
            5--7 * * * *          | 2  | "-"     | minute 0-59
            */-5 * * * *          | 2  | "-"     | minute step 1-60
            5/2-10 * * * *        | 3  | "-"     | "," or the end of the minute field
            0 0 * * MON,,TUE      | 12 | ","     | "*" or "?" alone, day of week 0-7 or SUN-SAT, nL or n#k
            0 0/ * * *            | 4  | the end of the field | hour step 1-24
            # macros
            @every 5m             | 0  | "@every" | @yearly, @annually, @monthly, @weekly, @daily, @midnight or @hourly
            5 @daily * * *        | 2  | "@"     | "*" or hour 0-23
            @reboot               | 0  | "@reboot" | @yearly, @annually, @monthly, @weekly, @daily, @midnight or @hourly
            @                     | 0  | "@"     | @yearly, @annually, @monthly, @weekly, @daily, @midnight or @hourly
            @daily 5              | 7  | "5"     | nothing after @daily
            # stray characters
            *5 * * * *            | 1  | "5"     | ",", "/" or the end of the minute field
            1.5 * * * *           | 1  | "."     | ",", "-", "/" or the end of the minute field
            +5 * * * *            | 0  | "+"     | "*" or minute 0-59
            0 9–17 * * *          | 3  | U+2013  | plain ASCII text
            0 ٩ * * *             | 2  | U+0669  | plain ASCII text
            """)
    void parse_malformedExpression_pointsAtTheFault(String expression, int position, String found, String allowed) {
        CronSyntaxException refusal = refusalOf(expression);

        assertThat(refusal.position()).as(refusal.getMessage()).isEqualTo(position);
        assertThat(refusal.expression()).isEqualTo(expression);
        // The table writes double quotes because single ones quote whole columns there.
        assertThat(refusal)
                .hasMessage("cron expression '%s', position %d: found %s, allowed is %s"
                        .formatted(expression, position, found.replace('"', '\''), allowed.replace('"', '\'')));
    }

    @Test
    void parse_lineBreak_isRefusedInOneLine() {
        CronSyntaxException refusal = refusalOf("0 9 * * *\nforged log line");

        assertThat(refusal.position()).isEqualTo(9);
        assertThat(refusal)
                .hasMessage("cron expression '0 9 * * *?forged log line', position 9: found U+000A,"
                        + " allowed is plain ASCII text");
    }

    @Test
    void parse_tenKilobytes_isRefusedAtTheLimitWithAShortMessage() {
        String expression = "*,".repeat(5_000) + "* * * * *";

        CronSyntaxException refusal = refusalOf(expression);

        assertThat(refusal.position()).isEqualTo(256);
        assertThat(refusal.expression()).isEqualTo(expression);
        assertThat(refusal.getMessage())
                .hasSizeLessThan(500)
                .endsWith("found 10009 characters, allowed is at most 256");
    }

    @Test
    void parse_exactly256Characters_isAccepted() {
        String expression = "* * * * *" + " ".repeat(247);

        assertThat(CronExpression.parse(expression, ZoneOffset.UTC).expression())
                .hasSize(256);
        assertThatExceptionOfType(CronSyntaxException.class)
                .isThrownBy(() -> CronExpression.parse(expression + " ", ZoneOffset.UTC));
    }

    private static CronSyntaxException refusalOf(String expression) {
        CronSyntaxException refusal =
                catchThrowableOfType(CronSyntaxException.class, () -> CronExpression.parse(expression, ZoneOffset.UTC));
        assertThat(refusal).as("'%s' is refused", expression).isNotNull();
        return refusal;
    }
}
