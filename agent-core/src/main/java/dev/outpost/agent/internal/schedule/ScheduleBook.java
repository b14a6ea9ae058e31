package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.internal.session.ReportSource;
import dev.outpost.agent.internal.task.TaskEngine;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.schedule.EventTrigger;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.Scheduler;
import dev.outpost.agent.schedule.Schedules;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All schedules of the agent: those of its program and those that the control center has pushed; fires them whether it is there
 * or not. Control loop only, but for what says otherwise.
 */
public final class ScheduleBook {

    private static final int MOST_EARLY = 1_024;

    private final String agentId;
    private final Predicate<String> hasHandler;
    private final AgentClock clock;
    private final Guard guard;
    private final Counters counters;
    private final Agenda agenda;
    private final Firings firings;
    private final Conditions conditions;
    private final EventInbox events;
    private final ScheduleJournal journal;
    private final ScheduleReports reports;

    /** Written by the control loop, read by all. */
    private final Map<String, Entry> byName = new ConcurrentHashMap<>();

    private final Map<String, Set<Entry>> byEvent = new HashMap<>();
    private final Queue<Runnable> early = new ArrayDeque<>();
    private String version = "";
    private boolean started;

    /**
     * A book with the schedules of the program, which do not run yet.
     *
     * @param agentId makes jitter differ from agent to agent
     * @param foreign the host's scheduler, or null for the loop's own timers
     * @param hasHandler whether there is a handler for a task type
     * @param polls runs conditions, one at a time, and not on the control loop
     */
    public ScheduleBook(
            String agentId,
            List<Schedule> schedules,
            @Nullable Scheduler foreign,
            Predicate<String> hasHandler,
            Executor polls,
            TaskEngine engine,
            Journal journal,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            Guard guard,
            ThrottledLog log,
            Counters counters) {
        this.agentId = agentId;
        this.hasHandler = hasHandler;
        this.clock = clock;
        this.guard = guard;
        this.counters = counters;
        this.journal = new ScheduleJournal(journal, log, counters);
        this.reports = new ScheduleReports(this::version, byName::size, timers, clock);
        this.conditions = new Conditions(polls, inbox, clock, guard);
        this.events = new EventInbox(inbox, counters, this::onEvent);
        this.agenda = new Agenda(foreign, timers, inbox, clock, guard, counters, this::onDue, this::onCorrected);
        this.firings = new Firings(agenda, conditions, engine, this.journal, reports, guard, counters);
        schedules.forEach(schedule -> enter(schedule, false));
    }

    private Entry enter(Schedule schedule, boolean pushed) {
        Entry entry = new Entry(schedule, pushed, agentId, clock.instant());
        byName.put(entry.name(), entry);
        if (schedule.trigger() instanceof EventTrigger trigger) {
            byEvent.computeIfAbsent(trigger.type(), type -> new LinkedHashSet<>())
                    .add(entry);
        }
        return entry;
    }

    // ---- life -----------------------------------------------------------------------------------------------------

    /**
     * Begins. Once more, when the journal could not be read in time and can be now: what began meanwhile goes on as it stands,
     * and the remembered set is followed unless another one has come.
     *
     * @param restored what the journal has, by key
     */
    public void start(Map<String, byte[]> restored) {
        agenda.look();
        journal.restore(restored);
        Set<Entry> begun = started ? new HashSet<>(byName.values()) : Set.of();
        if (version.isEmpty()) {
            journal.set().ifPresent(this::enterRestored);
        }
        for (Entry entry : byName.values()) {
            if (!begun.contains(entry)) {
                firings.begin(entry, journal.take(entry.name()));
            }
        }
        journal.removeRest(byName::containsKey);
        started = true;
        List<Runnable> waiting = List.copyOf(early);
        early.clear();
        waiting.forEach(Runnable::run);
        agenda.turn();
    }

    /** A set that was right for the program that took it may not be for this one; then the control center is to push it again. */
    private void enterRestored(ScheduleSet set) {
        Map<String, String> problems = PushedSet.problems(set, byName::containsKey, hasHandler);
        problems.values().forEach(problem -> journal.broken("of the remembered set, " + problem, null));
        Set<String> entered = new HashSet<>(problems.keySet());
        set.schedules().stream()
                .filter(schedule -> entered.add(schedule.name()))
                .forEach(schedule -> enter(schedule, true));
        version = problems.isEmpty() ? set.version() : "";
    }

    /** Fires no more. */
    public void close() {
        agenda.close();
        firings.close();
    }

    /** What does not work; any thread. */
    public List<String> problems() {
        return conditions.hanging().stream()
                .map(name -> "condition of schedule " + name + " does not answer")
                .toList();
    }

    // ---- firing ---------------------------------------------------------------------------------------------------

    private void onDue(Entry entry) {
        firings.due(entry);
    }

    private void onCorrected() {
        byName.values().forEach(firings::followCorrectedClock);
    }

    /**
     * Something has happened in the host; any thread.
     *
     * @param running whether the agent takes events now
     * @return false when it does not, or too many wait; then the event is counted and has no effect
     * @throws IllegalArgumentException if an argument is out of range
     */
    public boolean emit(String type, Map<String, String> attributes, boolean running) {
        return events.emit(new Event(type, attributes), running);
    }

    private void onEvent(Event event) {
        whenStarted(() -> {
            agenda.look();
            byEvent.getOrDefault(event.type(), Set.of()).forEach(entry -> firings.onEvent(entry, event));
            agenda.turn();
        });
    }

    // ---- pushed ---------------------------------------------------------------------------------------------------

    /** Takes a pushed set in place of the one before it, as a whole or not at all; a report says which. */
    public void onSet(ScheduleSet set) {
        whenStarted(() -> {
            Map<String, String> problems = PushedSet.problems(set, this::isTaken, hasHandler);
            counters.counter("schedules.sets", problems.isEmpty() ? "taken" : "refused")
                    .increment();
            if (problems.isEmpty()) {
                replace(set);
            } else {
                reports.refused(set.version(), problems.values());
            }
            reports.sendNow();
        });
    }

    private boolean isTaken(String name) {
        Entry entry = byName.get(name);
        return entry != null && !entry.pushed;
    }

    private void replace(ScheduleSet set) {
        agenda.look();
        Map<String, Schedule> wanted = new HashMap<>();
        set.schedules().forEach(schedule -> wanted.put(schedule.name(), schedule));
        Map<String, ScheduleJournal.Remembered> before = new HashMap<>();
        for (Entry entry : List.copyOf(byName.values())) {
            Schedule same = wanted.get(entry.name());
            if (same != null && PushedSet.isSame(same, entry.schedule)) {
                wanted.remove(entry.name()); // goes on as it stands
            } else if (entry.pushed) {
                if (same != null && entry.kind == Entry.Kind.WALL) {
                    before.put(
                            entry.name(), stood(entry, same)); // else a firing that waits for its jitter would be lost
                }
                leave(entry);
            }
        }
        for (Schedule schedule : wanted.values()) {
            Entry entry = enter(schedule, true);
            firings.begin(entry, before.get(schedule.name()));
            if (before.containsKey(schedule.name())) {
                journal.put(entry); // the one that left took its place in the journal along
            }
        }
        version = set.version();
        journal.put(set);
        agenda.turn();
    }

    /** Where a schedule stands that another one of its name follows; whether it is paused says the set, if it says something new. */
    private static ScheduleJournal.Remembered stood(Entry entry, Schedule changed) {
        Standing standing = entry.standing;
        boolean paused = changed.paused() == entry.schedule.paused() ? standing.paused() : changed.paused();
        return new ScheduleJournal.Remembered(paused, entry.fingerprint, standing.through(), standing.last());
    }

    private void leave(Entry entry) {
        entry.removed = true;
        agenda.takeOff(entry);
        journal.remove(entry);
        byName.remove(entry.name());
        if (entry.schedule.trigger() instanceof EventTrigger trigger) {
            byEvent.computeIfPresent(trigger.type(), (type, entries) -> {
                entries.remove(entry);
                return entries.isEmpty() ? null : entries;
            });
        }
    }

    /** The version of the set that is followed; empty for none. */
    public String version() {
        return version;
    }

    /**
     * Does what the control center says.
     *
     * @return what is wrong with that, or empty
     */
    public Optional<String> onCommand(ScheduleCommand command) {
        String name = command.name();
        if (!byName.containsKey(name)) {
            return Optional.of("schedule '" + name + "' is not known");
        }
        switch (command.action()) {
            case PAUSE -> pause(name);
            case RESUME -> resume(name);
            case TRIGGER -> trigger(name);
            case UNSPECIFIED -> {
                return Optional.of("what to do with schedule '" + name + "' is not known here");
            }
        }
        reports.sendNow();
        return Optional.empty();
    }

    // ---- steering -------------------------------------------------------------------------------------------------

    void pause(String name) {
        steer(name, firings::pause);
    }

    void resume(String name) {
        steer(name, firings::resume);
    }

    void trigger(String name) {
        steer(name, firings::trigger);
    }

    private void steer(String name, Consumer<Entry> how) {
        whenStarted(() -> {
            Entry entry = byName.get(name);
            if (entry == null) {
                counters.counter("schedules.unknown").increment();
            } else {
                agenda.look();
                how.accept(entry);
                agenda.turn();
            }
        });
    }

    /** What comes before the journal is read waits. */
    private void whenStarted(Runnable command) {
        if (started) {
            command.run();
        } else if (early.size() < MOST_EARLY) {
            early.add(command);
        } else {
            counters.counter("schedules.commands.dropped").increment();
        }
    }

    // ---- seen from outside ----------------------------------------------------------------------------------------

    /**
     * The schedules as the host sees them.
     *
     * @param loop runs a command on the control loop, or says that it does not run; any thread
     */
    public Schedules forHost(Predicate<Runnable> loop) {
        return new HostSchedules(this, loop, counters);
    }

    /** All of them; any thread. */
    Collection<Entry> entries() {
        return byName.values();
    }

    /** See {@link Schedules#preview}; any thread. */
    List<Instant> preview(String name, int count) {
        Entry entry = byName.get(name);
        return entry == null ? List.of() : Preview.of(entry, count, clock.instant(), guard);
    }

    /** Where schedules stand, for the control center. */
    public ReportSource reports() {
        return reports;
    }

    /** A session with the control center begins. */
    public void onSession() {
        reports.sendAll(byName.values());
    }
}
