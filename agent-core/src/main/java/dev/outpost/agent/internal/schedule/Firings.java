package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.task.TaskEngine;
import dev.outpost.agent.schedule.EventTrigger;
import dev.outpost.agent.schedule.MisfirePolicy;
import dev.outpost.agent.schedule.PollTrigger;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What happens to one schedule: it begins, comes due, is held back. Whoever calls sees to it that the agenda has looked at the
 * clocks before, and is armed after. Control loop only.
 */
final class Firings {

    private final Agenda agenda;
    private final Conditions conditions;
    private final TaskEngine engine;
    private final ScheduleJournal journal;
    private final ScheduleReports reports;
    private final Guard guard;
    private final LongAdder fired;
    private final LongAdder missed;
    private final LongAdder leftOut;
    private final LongAdder polls;
    private Instant lastAsked = Instant.MIN;
    private boolean closed;

    Firings(
            Agenda agenda,
            Conditions conditions,
            TaskEngine engine,
            ScheduleJournal journal,
            ScheduleReports reports,
            Guard guard,
            Counters counters) {
        this.agenda = agenda;
        this.conditions = conditions;
        this.engine = engine;
        this.journal = journal;
        this.reports = reports;
        this.guard = guard;
        this.fired = counters.counter("schedules.fired");
        this.missed = counters.counter("schedules.missed");
        this.leftOut = counters.counter("schedules.left_out");
        this.polls = counters.counter("schedules.polls");
    }

    // ---- plans ----------------------------------------------------------------------------------------------------

    /**
     * Begins with a schedule.
     *
     * @param before where it stood when the agent ended, or null
     */
    void begin(Entry entry, ScheduleJournal.@Nullable Remembered before) {
        Instant now = agenda.now();
        // Another trigger would have missed what this one never had; and a clock far ahead was wrong then, or is now.
        boolean goesOn = before != null
                && before.fingerprint() == entry.fingerprint
                && !before.through().isAfter(now.plus(ElapsedClock.CORRECTION));
        entry.standing = Standing.of(
                before == null ? entry.schedule.paused() : before.paused(),
                before == null ? null : before.last(),
                goesOn && before != null ? before.through() : now);
        if (entry.standing.through().isAfter(now)) {
            agenda.wallWasAt(entry.standing.through());
        }
        if (entry.kind == Entry.Kind.POLL) {
            planFromNow(entry); // looks that were missed are not made up for
        } else if (entry.kind != Entry.Kind.EVENT) {
            agenda.plan(entry, entry.standing.through());
        }
        if (!goesOn) {
            journal.put(entry);
        }
        reports.changed(entry);
    }

    private void planFromNow(Entry entry) {
        agenda.plan(entry, later(entry.standing.through(), agenda.now()));
    }

    /** The wall clock was wrong: what is dealt with in the future says nothing, and would hold up dates until then. */
    void followCorrectedClock(Entry entry) {
        Instant now = agenda.now();
        if (!entry.standing.through().isAfter(now)) { // what is ahead is by the wrong clock, be it less than a day
            return;
        }
        Instant justBefore = now.minusNanos(1);
        entry.standing = entry.standing.dealtWith(justBefore, 0);
        if (entry.kind == Entry.Kind.WALL) {
            agenda.plan(entry, justBefore);
        } else if (entry.standing.due() != null) {
            agenda.nameAnew(entry);
        }
        journal.put(entry);
        reports.changed(entry);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    // ---- due ------------------------------------------------------------------------------------------------------

    /** Its time has come. */
    void due(Entry entry) {
        Instant due = entry.standing.due();
        if (closed || entry.removed) {
            return;
        }
        if (due == null) {
            planFromNow(entry); // the trigger failed when it was asked before
        } else if (entry.schedule.trigger() instanceof PollTrigger trigger) {
            look(entry, trigger, due);
        } else {
            fireBacklog(entry, due);
        }
    }

    private void fireBacklog(Entry entry, Instant due) {
        Instant now = agenda.nowOf(entry, due);
        boolean recurs = entry.kind == Entry.Kind.WALL || entry.kind == Entry.Kind.ELAPSED;
        Optional<Backlog> found = recurs ? backlog(entry, due, now) : Optional.empty();
        Backlog backlog = found.orElse(Backlog.one(due));
        Misfires misfires = Misfires.of(entry.schedule.misfire(), backlog, now);
        missed.add(misfires.missed());
        leftOut.add(misfires.leftOut());
        entry.standing = entry.standing.dealtWith(backlog.newestOne(), misfires.missed());
        if (recurs && found.isEmpty()) {
            agenda.planLater(entry);
        } else if (backlog.next().isPresent()) {
            agenda.follow(entry, due, backlog.next().get());
        } else {
            agenda.rest(entry);
        }
        Event event = entry.event;
        entry.event = null;
        fireAll(entry, misfires.toFire(), overlap(entry, misfires), event);
    }

    /** All that is due; empty when the trigger fails. */
    private Optional<Backlog> backlog(Entry entry, Instant due, Instant now) {
        int most = entry.schedule.misfire().most() + 1;
        return guard.call(
                "trigger",
                () -> entry.ofTrigger(() -> Optional.of(Backlog.of(entry.schedule.trigger(), due, now, most))),
                Optional.empty());
    }

    /** Made up for, they go one behind the other: a policy that leaves out what overlaps would leave them out. */
    private static OverlapPolicy overlap(Entry entry, Misfires misfires) {
        boolean madeUpFor = entry.schedule.misfire().kind() == MisfirePolicy.Kind.CATCH_UP && misfires.missed() > 0;
        return madeUpFor ? OverlapPolicy.QUEUE : entry.schedule.overlap();
    }

    private void fireAll(Entry entry, List<Instant> moments, OverlapPolicy overlap, @Nullable Event event) {
        boolean repeats = entry.kind == Entry.Kind.AFTER_END;
        for (Instant moment : moments) {
            Throwable failure = fire(entry, moment.toString(), overlap, event, repeats ? end(entry) : null);
            if (failure != null && repeats) {
                planFromNow(entry);
            }
        }
        if (repeats && moments.isEmpty()) {
            planFromNow(entry);
        }
        journal.put(entry); // after the task is: what is made twice has one id, what is forgotten has none
        reports.changed(entry);
    }

    private @Nullable Throwable fire(
            Entry entry,
            String moment,
            OverlapPolicy overlap,
            @Nullable Event event,
            @Nullable Consumer<TaskStatus> watcher) {
        fired.increment();
        entry.standing = entry.standing.fired(agenda.now());
        return guard.run(
                "schedule",
                () -> engine.submit(
                        Firing.request(entry.schedule, moment, overlap, event), TaskOrigin.SCHEDULE, watcher));
    }

    /** Watches a task whose end begins the next wait, whatever the end is. */
    private Consumer<TaskStatus> end(Entry entry) {
        return status -> {
            if (status.state().isFinal() && !closed && !entry.removed && entry.standing.due() == null) {
                agenda.look();
                planFromNow(entry);
                reports.changed(entry);
                agenda.arm();
            }
        };
    }

    // ---- conditions -----------------------------------------------------------------------------------------------

    /** Looks that could not happen in time become one. */
    private void look(Entry entry, PollTrigger trigger, Instant due) {
        long passed = Duration.between(due, agenda.nowOf(entry, due)).dividedBy(trigger.interval());
        Instant moment = due.plus(trigger.interval().multipliedBy(passed));
        agenda.follow(entry, due, moment.plus(trigger.interval()));
        if (!entry.asked) {
            entry.asked = true;
            polls.increment();
            conditions.ask(entry, trigger, holds -> answered(entry, moment, holds));
        }
    }

    private void answered(Entry entry, Instant moment, boolean holds) {
        entry.asked = false;
        if (holds && !closed && !entry.removed && !entry.standing.paused()) {
            agenda.look();
            entry.standing = entry.standing.dealtWith(moment, 0);
            fireAll(entry, List.of(moment), entry.schedule.overlap(), null);
            agenda.arm();
        }
    }

    // ---- events ---------------------------------------------------------------------------------------------------

    /** An event has come; the firing waits until no further one has for a while, but not for ever. */
    void onEvent(Entry entry, Event event) {
        EventTrigger trigger = (EventTrigger) entry.schedule.trigger();
        if (entry.event == null) {
            entry.firstEventAt = agenda.elapsed();
        }
        entry.event = event;
        Duration left = trigger.longestWait().minusNanos(agenda.elapsed() - entry.firstEventAt);
        Duration wait = left.compareTo(trigger.debounce()) < 0 ? left : trigger.debounce();
        Instant due = later(agenda.now().plus(wait), entry.standing.through().plusNanos(1));
        agenda.after(entry, due, wait);
        reports.changed(entry);
        if (wait.isZero() && entry.jitterNanos == 0 && !entry.standing.paused()) {
            agenda.takeOff(entry);
            fireBacklog(entry, due); // at once, lest the next event takes its place
        }
    }

    // ---- steering -------------------------------------------------------------------------------------------------

    void pause(Entry entry) {
        if (!entry.standing.paused()) {
            agenda.takeOff(entry);
            entry.standing = entry.standing.paused(true);
            journal.put(entry);
            reports.changed(entry);
        }
    }

    void resume(Entry entry) {
        if (entry.standing.paused()) {
            entry.standing = entry.standing.paused(false);
            if (entry.standing.due() == null && (entry.kind == Entry.Kind.WALL || entry.kind == Entry.Kind.ELAPSED)) {
                planFromNow(entry); // its trigger may have failed meanwhile
            } else {
                agenda.resume(entry);
            }
            journal.put(entry);
            reports.changed(entry);
        }
    }

    /** Fires once, now, beside the plan. */
    void trigger(Entry entry) {
        lastAsked = later(agenda.now(), lastAsked.plusNanos(1));
        fire(entry, lastAsked + "/asked", entry.schedule.overlap(), null, null);
        journal.put(entry);
        reports.changed(entry);
    }

    /** Fires no more. */
    void close() {
        closed = true;
    }
}
