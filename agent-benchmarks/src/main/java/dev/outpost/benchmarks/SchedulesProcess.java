package dev.outpost.benchmarks;

import java.time.Duration;
import java.time.Instant;

/** Makes the jobs, looks what they cost while none is due, then how late they are and what that costs. */
final class SchedulesProcess {

    static final String OUTPOST = "outpost";
    static final String EXECUTOR = "executor";
    static final String QUARTZ = "quartz";

    /** Each job's; a thousand of 100,000 run in a second. */
    static final Duration INTERVAL = Duration.ofSeconds(100);

    /** From the start to the first run: the idle time has to end before. */
    private static final Duration LEAD = Duration.ofSeconds(45);

    private static final Duration SETTLE = Duration.ofSeconds(6);
    /** Longer than the half minute after which an agent looks at the wall clock anew. */
    private static final Duration IDLE = Duration.ofSeconds(33);

    private static final Duration WARM_UP = Duration.ofSeconds(8);
    private static final Duration FIRING = Duration.ofSeconds(20);

    private SchedulesProcess() {}

    /** Side; jobs. */
    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        int count = Integer.parseInt(arguments[1]);
        Phases phases = new Phases(count, INTERVAL);
        TickJob job = new TickJob(phases);
        Figures figures = new Figures();
        long heap = Heap.retained();
        long start = System.nanoTime();
        try (ScheduledJobs jobs = make(arguments[0], count, phases, job)) {
            Instant first = Instant.now().plus(LEAD);
            phases.begin(first);
            jobs.start();
            figures.with("made", (System.nanoTime() - start) / 1e9);
            sleepUntil(first.minus(LEAD).plus(SETTLE));
            figures.with("bytes", (double) (Heap.retained() - heap) / count);
            Cpu before = Cpu.now();
            Thread.sleep(IDLE.toMillis());
            figures.with("idle", Cpu.now().percentSince(before));
            sleepUntil(first.plus(WARM_UP));
            job.take();
            before = Cpu.now();
            Thread.sleep(FIRING.toMillis());
            Cpu after = Cpu.now();
            Histogram late = job.take();
            figures.with("firing", after.percentSince(before))
                    .with("each", after.secondsSince(before) * 1e6 / Math.max(1, late.total()))
                    .with("rate", late.total() / (double) FIRING.toSeconds());
            Parent.tell("measured", late.into(figures, "late"));
            Parent.tell("threads", after.threadsSince(before));
        }
    }

    private static ScheduledJobs make(String side, int count, Phases phases, TickJob job) throws Exception {
        return switch (side) {
            case OUTPOST -> new OutpostJobs(count, phases, job);
            case EXECUTOR -> new ExecutorJobs(count, phases, job);
            case QUARTZ -> new QuartzJobs(count, phases, job);
            default -> throw new IllegalArgumentException(side);
        };
    }

    private static void sleepUntil(Instant then) throws InterruptedException {
        Thread.sleep(Math.max(0, Duration.between(Instant.now(), then).toMillis()));
    }
}
