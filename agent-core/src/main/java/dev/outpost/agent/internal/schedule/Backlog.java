package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.schedule.EveryTrigger;
import dev.outpost.agent.schedule.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The firings of a trigger that are due: usually one, and any number after a machine slept or an agent was away. However many
 * they are, finding them takes a bounded number of questions to the trigger.
 *
 * @param newest the newest of them, ascending; at least one
 * @param count how many there are; from {@link #MOST_COUNTED} on there may be more
 * @param next the first that is not due, or empty when there is none
 */
record Backlog(List<Instant> newest, long count, Optional<Instant> next) {

    /** So many are counted one by one. */
    static final int MOST_COUNTED = 1_000;

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    /** Halving a hundred years comes down to one second, the distance of firings that a cron expression can name, in 32 steps. */
    private static final int MOST_HALVINGS = 32;

    /** The newest. */
    Instant newestOne() {
        return newest.get(newest.size() - 1);
    }

    /** A firing without others. */
    static Backlog one(Instant due) {
        return new Backlog(List.of(due), 1, Optional.empty());
    }

    /**
     * What is due.
     *
     * @param due the first that is due, not after {@code now}
     * @param most how many of the newest are wanted
     * @throws IllegalStateException if the trigger answers with an instant that is not after the one that it was asked about
     */
    static Backlog of(Trigger trigger, Instant due, Instant now, int most) {
        return trigger instanceof EveryTrigger every ? of(every, due, now, most) : counted(trigger, due, now, most);
    }

    private static Backlog of(EveryTrigger every, Instant due, Instant now, int most) {
        Duration interval = every.interval();
        long later = Duration.between(due, now).dividedBy(interval);
        Deque<Instant> newest = new ArrayDeque<>();
        for (long i = Math.max(0, later - most + 1); i <= later; i++) {
            newest.add(due.plus(interval.multipliedBy(i)));
        }
        return new Backlog(List.copyOf(newest), later + 1, after(every, newest.getLast()));
    }

    private static Backlog counted(Trigger trigger, Instant due, Instant now, int most) {
        Walk walk = new Walk(trigger, now, most);
        if (walk.run(Optional.of(due), MOST_COUNTED + most)) {
            return new Backlog(List.copyOf(walk.newest), walk.count, walk.next);
        }
        Walk newest = fromTheEnd(trigger, due, now, most);
        Deque<Instant> found = newest.newest.isEmpty() ? walk.newest : newest.newest;
        return new Backlog(List.copyOf(found), MOST_COUNTED, newest.next);
    }

    /** Looks for a place to start from that has as many firings between it and now as are wanted, and few more. */
    private static Walk fromTheEnd(Trigger trigger, Instant early, Instant now, int most) {
        Instant tooEarly = early;
        Instant start = now;
        Walk best = new Walk(trigger, now, most);
        best.run(after(trigger, now), 1);
        for (int i = 0; i < MOST_HALVINGS && best.newest.size() < most; i++) {
            Instant middle = tooEarly.plus(Duration.between(tooEarly, start).dividedBy(2));
            Walk walk = new Walk(trigger, now, most);
            if (walk.run(after(trigger, middle), most + most / 4 + 1)) {
                start = middle;
                best = walk;
            } else {
                tooEarly = middle;
            }
        }
        return best;
    }

    /** Goes from firing to firing. */
    private static final class Walk {
        private final Trigger trigger;
        private final Instant now;
        private final int most;
        private final Deque<Instant> newest = new ArrayDeque<>();
        private Optional<Instant> next = Optional.empty();
        private long count;

        Walk(Trigger trigger, Instant now, int most) {
            this.trigger = trigger;
            this.now = now;
            this.most = most;
        }

        /** Says whether it came to the first firing that is not due, or to the end of all, within so many steps. */
        boolean run(Optional<Instant> first, int steps) {
            next = first;
            while (next.isPresent() && !next.get().isAfter(now)) {
                if (count == steps) {
                    return false;
                }
                Instant due = next.get();
                newest.add(due);
                if (newest.size() > most) {
                    newest.remove();
                }
                count++;
                next = after(trigger, due);
            }
            return true;
        }
    }

    /** The trigger's answer; what is beyond the year 9999 is as good as never. */
    static Optional<Instant> after(Trigger trigger, Instant instant) {
        Optional<Instant> next = trigger.next(instant);
        if (next.isPresent() && !next.get().isAfter(instant)) {
            throw new IllegalStateException("asked for what comes after " + instant + ", it answered " + next.get());
        }
        return next.filter(LATEST::isAfter);
    }
}
