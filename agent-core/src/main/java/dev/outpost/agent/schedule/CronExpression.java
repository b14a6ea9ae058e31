package dev.outpost.agent.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A cron expression on the wall clock of one time zone.
 *
 * <h2>Fields</h2>
 *
 * <p>Five fields separated by blanks, as in crontab(5), or six with the seconds in front, as in Quartz:
 *
 * <pre>
 *   [second]  minute  hour  day-of-month  month            day-of-week
 *    0-59      0-59   0-23  1-31          1-12 or JAN-DEC  0-7 or SUN-SAT
 * </pre>
 *
 * <table class="striped">
 *   <caption>What a field may say</caption>
 *   <thead><tr><th>Form</th><th>Meaning</th><th>As in</th></tr></thead>
 *   <tbody>
 *     <tr><td>{@code *}</td><td>every value</td><td>crontab(5)</td></tr>
 *     <tr><td>{@code 1,15,20-25}</td><td>any of these; a range may not run backwards ({@code 22-2})</td>
 *         <td>crontab(5)</td></tr>
 *     <tr><td>{@code *}{@code /n}, {@code a-b/n}</td><td>every n-th value, counted from the first</td>
 *         <td>crontab(5)</td></tr>
 *     <tr><td>{@code a/n}</td><td>every n-th value from a to the field's last</td><td>Quartz</td></tr>
 *     <tr><td>{@code ?}</td><td>in a day field: the same as {@code *}</td><td>Quartz</td></tr>
 *     <tr><td>{@code L}, {@code L-n}</td><td>day of month: the last day, or n days before it</td><td>Quartz</td></tr>
 *     <tr><td>{@code nW}, {@code LW}</td><td>day of month: the day of Monday to Friday nearest to day n without leaving
 *         its month, or the last such day</td><td>Quartz</td></tr>
 *     <tr><td>{@code nL}</td><td>day of week: the last such day in the month</td><td>Quartz, with Unix numbers</td></tr>
 *     <tr><td>{@code n#k}</td><td>day of week: the k-th such day in the month, if it has one</td>
 *         <td>Quartz, with Unix numbers</td></tr>
 *     <tr><td>{@code @yearly @annually @monthly @weekly @daily @midnight @hourly}</td>
 *         <td>instead of all fields</td><td>crontab(5)</td></tr>
 *   </tbody>
 * </table>
 *
 * <p>Names and letters match in either case. <strong>Days of the week are numbered the Unix way</strong>: 0 and 7 are
 * Sunday and 5 is Friday, whereas Quartz calls Friday 6. All forms may be combined in a list. A step may not be longer
 * than the field's cycle, because {@code *}{@code /90} minutes would quietly mean once an hour. Days that a month does
 * not have ({@code 31}, {@code 31W}, {@code FRI#5}) select nothing in that month.
 *
 * <p>When both day fields restrict something, a day matches if <em>either</em> does, as in crontab(5): {@code 0 0 13 *
 * FRI} is every 13th and every Friday. A field restricts nothing if it is exactly {@code *} or {@code ?}. (Vixie cron
 * also counts {@code *}{@code /2} as no restriction; here it is one.)
 *
 * <h2>When clocks change</h2>
 *
 * <p>The rules are those of Vixie cron and cronie, in the form that Cronos gives them: for clock changes of any size, and
 * decided by the expression alone. The hour field tells what the author meant.
 *
 * <ul>
 *   <li>An <em>interval</em> schedule has {@code *}, {@code *}{@code /n} or {@code a/n} as its hour field, or lists all
 *       24 hours. It means a rhythm, and fires at every real instant whose local time matches: nothing during the hour
 *       that a clock skips, and in both passes of an hour that it repeats.
 *   <li>Any other schedule is <em>fixed-time</em>. It means appointments, and each is kept exactly once: one that falls
 *       into skipped time fires when the skipped time ends, and one that falls into repeated time fires in the first pass
 *       only. Several appointments in the same skipped time make one firing.
 * </ul>
 *
 * <h2>Limits</h2>
 *
 * <p>A date that does not come up in the next 100 years, such as 30 February, never does. Time runs from year 0 to year
 * 9999: earlier questions are answered as if asked when year 0 began in UTC, later ones with empty. The time zone's rules
 * are those known when the expression was parsed.
 *
 * <p>Instances are immutable and safe for use by any number of threads. Two are equal if they were given the same text
 * and the same zone.
 */
public final class CronExpression implements Trigger {

    private static final long EARLIEST = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond() - 1;
    private static final long LATEST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    private static final long HORIZON = Duration.ofDays(36_525).toSeconds();

    private final String expression;
    private final ZoneId zone;
    private final ZoneRules rules;
    private final LocalSchedule schedule;

    private CronExpression(String expression, ZoneId zone) {
        this.expression = expression;
        this.zone = zone;
        this.rules = zone.getRules();
        this.schedule = CronParser.parse(expression);
    }

    /**
     * Parses a cron expression.
     *
     * @param expression five or six fields or a macro, at most 256 characters
     * @param zone the time zone whose local time the fields describe
     * @return the parsed expression
     * @throws CronSyntaxException if the expression is malformed
     */
    public static CronExpression parse(String expression, ZoneId zone) {
        Objects.requireNonNull(expression, "expression");
        Objects.requireNonNull(zone, "zone");
        return new CronExpression(expression, zone);
    }

    /**
     * Returns the next instant that matches.
     *
     * @param after the instant to start from; never part of the answer
     * @return a whole second strictly after {@code after}, or empty when nothing matches within 100 years
     */
    @Override
    public Optional<Instant> next(Instant after) {
        long second = Math.max(after.getEpochSecond(), EARLIEST);
        if (second >= LATEST) {
            return Optional.empty();
        }
        boolean everyPass = schedule.isInterval() || rules.isFixedOffset();
        long next = everyPass ? nextInEveryPass(second + 1) : nextAppointment(second);
        return next > second + HORIZON ? Optional.empty() : Optional.of(Instant.ofEpochSecond(next));
    }

    /**
     * The first matching second that is not before {@code from}, walking the stretches of time between two clock changes.
     *
     * <p>Within a stretch the local clock does not jump, so the schedule can be asked directly; an answer that lies
     * beyond its end says nothing but that the stretch has no match. The walk must have an end of its own, because there
     * are schedules whose every time is skipped: {@code 30 2/24 ? 3 SUNL} in Berlin has a local time each year and never
     * an instant.
     */
    private long nextInEveryPass(long from) {
        long start = from;
        while (start <= from + HORIZON) {
            Instant startInstant = Instant.ofEpochSecond(start);
            long offset = rules.getOffset(startInstant).getTotalSeconds();
            long local = schedule.nextOrSame(start + offset);
            if (local == LocalSchedule.NEVER) {
                return LocalSchedule.NEVER;
            }
            ZoneOffsetTransition change = rules.nextTransition(startInstant);
            if (change == null || local - offset < change.toEpochSecond()) {
                return local - offset;
            }
            start = change.toEpochSecond();
        }
        return LocalSchedule.NEVER;
    }

    /**
     * The first appointment after a second.
     *
     * <p>Local times map to instants without ever running backwards once skipped ones stand for the end of their gap and
     * repeated ones for their first pass. The first local time whose instant lies ahead is therefore the answer.
     */
    private long nextAppointment(long after) {
        long offset = rules.getOffset(Instant.ofEpochSecond(after)).getTotalSeconds();
        long local = schedule.nextOrSame(after + 1 + offset);
        long next = instantOf(local);
        if (next <= after) {
            // We are in the second pass of a repeated hour, and the first one has kept whatever the rest of it holds.
            next = instantOf(schedule.nextOrSame(endOfRepeat(local)));
        }
        return next;
    }

    private long instantOf(long local) {
        if (local == LocalSchedule.NEVER) {
            return LocalSchedule.NEVER;
        }
        LocalDateTime time = LocalDateTime.ofEpochSecond(local, 0, ZoneOffset.UTC);
        List<ZoneOffset> offsets = rules.getValidOffsets(time);
        return offsets.isEmpty()
                ? rules.getTransition(time).toEpochSecond()
                : local - offsets.get(0).getTotalSeconds();
    }

    private long endOfRepeat(long local) {
        ZoneOffsetTransition change = rules.getTransition(LocalDateTime.ofEpochSecond(local, 0, ZoneOffset.UTC));
        return change.getDateTimeBefore().toEpochSecond(ZoneOffset.UTC);
    }

    /**
     * Returns the text this was parsed from.
     *
     * @return the expression, exactly as given
     */
    public String expression() {
        return expression;
    }

    /**
     * Returns the time zone of the wall clock.
     *
     * @return the zone, exactly as given
     */
    public ZoneId zone() {
        return zone;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CronExpression that && expression.equals(that.expression) && zone.equals(that.zone);
    }

    @Override
    public int hashCode() {
        return 31 * expression.hashCode() + zone.hashCode();
    }

    @Override
    public String toString() {
        return "cron '" + expression + "' in " + zone;
    }
}
