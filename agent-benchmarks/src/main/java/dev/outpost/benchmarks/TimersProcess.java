package dev.outpost.benchmarks;

import dev.outpost.agent.internal.base.Timers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Schedules so many timers, takes them back in another order, again and again; then lets as many fire. */
final class TimersProcess {

    static final String OUTPOST = "outpost";
    static final String EXECUTOR = "executor";

    private static final int ROUNDS = 40;
    private static final int WARM_UP_ROUNDS = 20;
    private static final int FIRING_ROUNDS = 3;
    private static final long FAR = TimeUnit.MINUTES.toNanos(10);
    private static final long SPREAD = TimeUnit.SECONDS.toNanos(2);
    private static final long LEAD = TimeUnit.MILLISECONDS.toNanos(300);

    /** One way to keep timers; {@code T} is what a scheduled one is taken back with. */
    private interface Side<T> {

        T schedule(long delayNanos, Runnable command);

        void cancel(T timer);

        /** Lets timers fire until {@code total} have. */
        void fireAll(Histogram late, int total) throws InterruptedException;
    }

    private TimersProcess() {}

    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        int count = Integer.parseInt(arguments[1]);
        Parent.tell(
                "measured",
                arguments[0].equals(OUTPOST) ? measure(new LoopTimers(), count) : measure(new ExecutorTimers(), count));
    }

    private static <T> Figures measure(Side<T> side, int count) throws InterruptedException {
        Random random = new Random(1);
        long[] delays = random.longs(count, FAR, 2 * FAR).toArray();
        int[] order = shuffled(count, random);
        double[] scheduling = new double[ROUNDS];
        double[] cancelling = new double[ROUNDS];
        List<T> timers = new ArrayList<>(count);
        for (int round = 0; round < ROUNDS; round++) {
            timers.clear();
            long start = System.nanoTime();
            for (long delay : delays) {
                timers.add(side.schedule(delay, TimersProcess::nothing));
            }
            long scheduled = System.nanoTime();
            for (int i : order) {
                side.cancel(timers.get(i));
            }
            scheduling[round] = (double) (scheduled - start) / count;
            cancelling[round] = (double) (System.nanoTime() - scheduled) / count;
        }
        Figures figures = new Figures()
                .with("schedule", medianOfLast(scheduling))
                .with("cancel", medianOfLast(cancelling))
                .with("bytes", bytesEach(side, delays, timers));
        fire(side, count, random, figures);
        return figures;
    }

    private static void nothing() {}

    private static <T> double bytesEach(Side<T> side, long[] delays, List<T> timers) throws InterruptedException {
        timers.clear();
        long before = Heap.retained();
        for (long delay : delays) {
            timers.add(side.schedule(delay, TimersProcess::nothing));
        }
        double each = (double) (Heap.retained() - before) / delays.length;
        timers.forEach(side::cancel);
        return each;
    }

    /** The last of some rounds counts, the others warm up. */
    private static <T> void fire(Side<T> side, int count, Random random, Figures figures) throws InterruptedException {
        for (int round = 0; round < FIRING_ROUNDS; round++) {
            Histogram late = new Histogram();
            long start = System.nanoTime() + LEAD;
            for (int i = 0; i < count; i++) {
                long due = start + (long) (random.nextDouble() * SPREAD);
                side.schedule(due - System.nanoTime(), () -> late.add(System.nanoTime() - due));
            }
            Cpu before = Cpu.now();
            side.fireAll(late, count);
            if (round == FIRING_ROUNDS - 1) {
                figures.with("cpu", Cpu.now().secondsSince(before) * 1e9 / count);
                late.into(figures, "late");
            }
        }
    }

    private static int[] shuffled(int count, Random random) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private static double medianOfLast(double[] rounds) {
        double[] last = Arrays.copyOfRange(rounds, WARM_UP_ROUNDS, ROUNDS);
        Arrays.sort(last);
        return last[last.length / 2];
    }

    /** On this thread, which does as the control loop does: it fires what is due, and parks until the next. */
    private static final class LoopTimers implements Side<Timers.Timer> {

        private final Timers timers = new Timers();

        @Override
        public Timers.Timer schedule(long delayNanos, Runnable command) {
            return timers.schedule(System.nanoTime() + delayNanos, command);
        }

        @Override
        public void cancel(Timers.Timer timer) {
            timers.cancel(timer);
        }

        @Override
        public void fireAll(Histogram late, int total) {
            while (late.total() < total) {
                long now = System.nanoTime();
                if (timers.fire(now) == 0) {
                    LockSupport.parkNanos(timers.nanosToNext(now));
                }
            }
        }
    }

    /** On a thread of its own. */
    private static final class ExecutorTimers implements Side<Future<?>> {

        private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, command -> {
            Thread thread = new Thread(command, "timers");
            thread.setDaemon(true);
            return thread;
        });

        ExecutorTimers() {
            executor.setRemoveOnCancelPolicy(true);
        }

        @Override
        public Future<?> schedule(long delayNanos, Runnable command) {
            return executor.schedule(command, delayNanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public void cancel(Future<?> timer) {
            timer.cancel(false);
        }

        @Override
        public void fireAll(Histogram late, int total) throws InterruptedException {
            while (!executor.getQueue().isEmpty() || executor.getActiveCount() > 0) {
                Thread.sleep(1);
            }
        }
    }
}
