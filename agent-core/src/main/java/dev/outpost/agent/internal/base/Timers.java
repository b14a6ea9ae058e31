package dev.outpost.agent.internal.base;

import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One-shot timers of one loop, in a 4-ary heap: scheduling and cancelling cost a few comparisons, and time is whatever
 * {@link #fire} says it is, so that a test or simulation drives them. Not thread-safe: the loop owns them.
 *
 * <p>Deadlines are compared by difference, as {@link System#nanoTime} asks for. Timers with one deadline fire in the order
 * in which they were scheduled.
 */
public final class Timers {

    private static final int ARITY = 4;
    private static final Duration LONGEST = Duration.ofDays(36_500);

    /** Fills places of the heap that are not in use, so that no fired timer is kept from collection. */
    private static final Timer NONE = new Timer(0, 0, () -> {});

    private Timer[] heap = new Timer[64];
    private int size;
    private long nextOrder;

    /** A scheduled command. */
    public static final class Timer {
        private final long deadline;
        private final long order;
        private final Runnable command;
        private int index;

        private Timer(long deadline, long order, Runnable command) {
            this.deadline = deadline;
            this.order = order;
            this.command = command;
        }

        private boolean before(Timer other) {
            long difference = deadline - other.deadline;
            return difference < 0 || (difference == 0 && order < other.order);
        }
    }

    /** Runs {@code command} in the first {@link #fire} at or after {@code deadline}. */
    public Timer schedule(long deadline, Runnable command) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        Timer timer = new Timer(deadline, nextOrder++, command);
        siftUp(size++, timer);
        return timer;
    }

    /**
     * Runs {@code command} in the first {@link #fire} at or after {@code now + delay}. A delay is taken as 0 to a hundred
     * years: differences of deadlines must not overflow.
     */
    public Timer schedule(long now, Duration delay, Runnable command) {
        Duration cut = delay.isNegative() ? Duration.ZERO : delay.compareTo(LONGEST) > 0 ? LONGEST : delay;
        return schedule(now + cut.toNanos(), command);
    }

    /** Takes a timer back; no effect on null and on one that has fired or was cancelled. */
    public void cancel(@Nullable Timer timer) {
        if (timer == null || timer.index < 0) {
            return;
        }
        int hole = timer.index;
        timer.index = -1;
        Timer last = heap[--size];
        heap[size] = NONE;
        if (last != timer) {
            siftDown(hole, last);
            if (last.index == hole) {
                siftUp(hole, last);
            }
        }
    }

    /**
     * Runs all commands that are due.
     *
     * @return how many
     */
    public int fire(long now) {
        return fire(now, Integer.MAX_VALUE);
    }

    /**
     * Runs commands that are due, {@code most} of them at most; the rest waits for the next call.
     *
     * @return how many
     */
    public int fire(long now, int most) {
        int fired = 0;
        long firstLater = nextOrder; // what the commands schedule waits for the next call, lest they run for ever
        while (fired < most && size > 0 && heap[0].deadline - now <= 0 && heap[0].order < firstLater) {
            Timer timer = heap[0];
            cancel(timer);
            timer.command.run();
            fired++;
        }
        return fired;
    }

    /** Nanoseconds until the next deadline, 0 when one is due, {@link Long#MAX_VALUE} without timers. */
    public long nanosToNext(long now) {
        return size == 0 ? Long.MAX_VALUE : Math.max(0, heap[0].deadline - now);
    }

    /** How many are scheduled. */
    public int size() {
        return size;
    }

    private void siftUp(int from, Timer timer) {
        int index = from;
        while (index > 0) {
            int parent = (index - 1) / ARITY;
            Timer above = heap[parent];
            if (!timer.before(above)) {
                break;
            }
            place(index, above);
            index = parent;
        }
        place(index, timer);
    }

    private void siftDown(int from, Timer timer) {
        int index = from;
        while (true) {
            int first = index * ARITY + 1;
            if (first >= size) {
                break;
            }
            int least = first;
            for (int child = first + 1; child < Math.min(first + ARITY, size); child++) {
                if (heap[child].before(heap[least])) {
                    least = child;
                }
            }
            if (!heap[least].before(timer)) {
                break;
            }
            place(index, heap[least]);
            index = least;
        }
        place(index, timer);
    }

    private void place(int index, Timer timer) {
        heap[index] = timer;
        timer.index = index;
    }
}
