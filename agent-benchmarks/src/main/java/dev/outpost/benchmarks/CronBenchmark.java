package dev.outpost.benchmarks;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.outpost.agent.schedule.CronExpression;
import java.text.ParseException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.Optional;
import java.util.Random;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to ask a cron expression for its next time, and to parse it. Each library is asked about moments that are of its
 * own type already; only the state of the library that is measured is made, and with it the classes of that library alone.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgs = ChildJvm.HEAP)
public class CronBenchmark {

    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
    private static final Instant YEAR = Instant.parse("2026-01-01T00:00:00Z");
    private static final int SECONDS_OF_YEAR = 365 * 86_400;
    private static final int MOMENTS = 1_024;

    /** What a side holds until JMH has told it the expression. */
    private static final String ANY = "0 * * * * ?";

    /** What all four libraries read alike. */
    @State(Scope.Benchmark)
    public static class Expression {

        @Param({"0 0/5 * * * ?", "0 30 9 ? * MON-FRI", "0 0 3 L * ?", "0 0 0 29 2 ?"})
        public String text = "";
    }

    /** Random moments of a year, the same for all. */
    @State(Scope.Thread)
    public static class Moments {

        private final Instant[] instants = new Instant[MOMENTS];
        private final ZonedDateTime[] local = new ZonedDateTime[MOMENTS];
        private final Date[] dates = new Date[MOMENTS];
        private int next;

        public Moments() {
            Random random = new Random(1);
            for (int i = 0; i < MOMENTS; i++) {
                instants[i] = YEAR.plusSeconds(random.nextInt(SECONDS_OF_YEAR));
                local[i] = instants[i].atZone(ZONE);
                dates[i] = Date.from(instants[i]);
            }
        }

        private int next() {
            next = (next + 1) % MOMENTS;
            return next;
        }
    }

    /** Ours, parsed. */
    @State(Scope.Benchmark)
    public static class OutpostCron {

        private CronExpression cron = parseOutpost(ANY);

        @Setup
        public void parse(Expression expression) {
            cron = parseOutpost(expression.text);
        }
    }

    /** Of Spring. */
    @State(Scope.Benchmark)
    public static class SpringCron {

        private org.springframework.scheduling.support.CronExpression cron = parseSpring(ANY);

        @Setup
        public void parse(Expression expression) {
            cron = parseSpring(expression.text);
        }
    }

    /** Of Quartz. */
    @State(Scope.Benchmark)
    public static class QuartzCron {

        private org.quartz.CronExpression cron = parseQuartz(ANY);

        @Setup
        public void parse(Expression expression) {
            cron = parseQuartz(expression.text);
        }
    }

    /** Of cron-utils; the parser is made once, as it asks for. */
    @State(Scope.Benchmark)
    public static class CronUtils {

        private final CronParser parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.QUARTZ));
        private ExecutionTime cron = parse(ANY);

        @Setup
        public void parse(Expression expression) {
            cron = parse(expression.text);
        }

        private ExecutionTime parse(String expression) {
            return ExecutionTime.forCron(parser.parse(expression));
        }
    }

    private static CronExpression parseOutpost(String expression) {
        return CronExpression.parse(expression, ZONE);
    }

    private static org.springframework.scheduling.support.CronExpression parseSpring(String expression) {
        return org.springframework.scheduling.support.CronExpression.parse(expression);
    }

    private static org.quartz.CronExpression parseQuartz(String expression) {
        try {
            org.quartz.CronExpression cron = new org.quartz.CronExpression(expression);
            cron.setTimeZone(TimeZone.getTimeZone(ZONE));
            return cron;
        } catch (ParseException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Benchmark
    public Optional<Instant> nextOutpost(OutpostCron side, Moments moments) {
        return side.cron.next(moments.instants[moments.next()]);
    }

    @Benchmark
    public @Nullable ZonedDateTime nextSpring(SpringCron side, Moments moments) {
        return side.cron.next(moments.local[moments.next()]);
    }

    @Benchmark
    public @Nullable Date nextQuartz(QuartzCron side, Moments moments) {
        return side.cron.getTimeAfter(moments.dates[moments.next()]);
    }

    @Benchmark
    public Optional<ZonedDateTime> nextCronUtils(CronUtils side, Moments moments) {
        return side.cron.nextExecution(moments.local[moments.next()]);
    }

    @Benchmark
    public CronExpression parseOutpost(Expression expression) {
        return parseOutpost(expression.text);
    }

    @Benchmark
    public Object parseSpring(Expression expression) {
        return parseSpring(expression.text);
    }

    @Benchmark
    public org.quartz.CronExpression parseQuartz(Expression expression) {
        return parseQuartz(expression.text);
    }

    @Benchmark
    public ExecutionTime parseCronUtils(CronUtils side, Expression expression) {
        return side.parse(expression.text);
    }
}
