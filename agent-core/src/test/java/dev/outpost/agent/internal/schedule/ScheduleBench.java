package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.internal.task.EngineBench;
import dev.outpost.agent.internal.task.WideEngine;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.schedule.Scheduler;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A book of schedules with everything around it turned by hand. It begins at noon; task types are "work" and "other". */
final class ScheduleBench {

    static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

    final EngineBench engine = WideEngine.bench();

    /** What the journal has, by key. */
    final Map<String, byte[]> remembered = new HashMap<>();

    int puts;

    /** Conditions that wait to be asked. */
    final Queue<Runnable> polls = new ArrayDeque<>();

    @Nullable Scheduler foreign;

    ScheduleBook book = make(List.of());

    /** A book with these schedules, started. */
    ScheduleBench start(Schedule... schedules) {
        book = make(List.of(schedules));
        book.start(new HashMap<>(remembered));
        turn();
        return this;
    }

    /** As {@link #start}, with something that happens before the journal is read. */
    void startAfter(Consumer<ScheduleBook> before, Schedule... schedules) {
        book = make(List.of(schedules));
        before.accept(book);
        turn();
        book.start(new HashMap<>(remembered));
        turn();
    }

    /** The agent ends, and after a while another one begins with what the journal has. */
    ScheduleBench restart(Duration after, Schedule... schedules) {
        book.close();
        WideEngine.forgetAll(engine);
        engine.clock.advance(after);
        return start(schedules);
    }

    private ScheduleBook make(List<Schedule> schedules) {
        return new ScheduleBook(
                "agent-1",
                schedules,
                foreign,
                type -> type.equals("work") || type.equals("other"),
                polls::add,
                engine.engine,
                new MapJournal(),
                engine.timers,
                engine.inbox,
                engine.clock,
                engine.guard,
                new ThrottledLog(engine.clock),
                engine.counters);
    }

    static Schedule.Builder schedule(String name, Trigger trigger) {
        return Schedule.of(name, trigger, TaskRequest.of("work").build());
    }

    static Schedule.Builder schedule(Trigger trigger) {
        return schedule("s", trigger);
    }

    void turn() {
        engine.turn();
    }

    /** Lets time pass second by second, as a loop would see it. */
    void pass(Duration time) {
        for (long i = 0; i < time.toSeconds(); i++) {
            engine.advance(Duration.ofSeconds(1));
        }
    }

    /** Time passes, and the loop sees only the end of it. */
    void stall(Duration time) {
        engine.advance(time);
    }

    /** The machine sleeps: time passes on the wall clock alone. */
    void suspend(Duration time) {
        setWall(engine.clock.instant().plus(time));
        pass(Duration.ofSeconds(30));
    }

    void setWall(Instant instant) {
        engine.clock.setWall(instant);
    }

    Instant now() {
        return engine.clock.instant();
    }

    /** What has fired, in order, without the first part of the id. */
    List<String> fired() {
        return engine.reports.stream()
                .map(TaskStatus::taskId)
                .distinct()
                .map(id -> id.substring("schedule/".length()))
                .toList();
    }

    /** The instants at which schedule "s" fired, as seconds after noon. */
    List<Long> firedSeconds() {
        return fired().stream()
                .map(id ->
                        Duration.between(NOON, Instant.parse(id.substring(2))).toSeconds())
                .toList();
    }

    ScheduleStatus status(String name) {
        return book.entries().stream()
                .map(Entry::status)
                .filter(status -> status.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    long count(String counter) {
        return engine.counters.value(counter);
    }

    void steer(Consumer<ScheduleBook> command) {
        command.accept(book);
        turn();
    }

    void emit(String type, Map<String, String> attributes) {
        book.emit(type, attributes, true);
        turn();
    }

    /** Asks the conditions that wait. */
    void answerPolls() {
        while (!polls.isEmpty()) {
            polls.remove().run();
        }
        turn();
    }

    /** The reports that the session would send now. */
    List<ScheduleReport> reports() {
        List<ScheduleReport> sent = new ArrayList<>();
        for (Object next = book.reports().nextToSend();
                next != null;
                next = book.reports().nextToSend()) {
            sent.add((ScheduleReport) next);
            book.reports().sent();
        }
        return sent;
    }

    private final class MapJournal implements Journal {

        @Override
        public void put(String key, byte[] value) {
            remembered.put(key, value);
            puts++;
        }

        @Override
        public void remove(String key) {
            remembered.remove(key);
        }

        @Override
        public void whenDurable(Consumer<Boolean> then) {
            then.accept(true);
        }

        @Override
        public String id() {
            return "journal";
        }

        @Override
        public boolean remembers() {
            return true;
        }

        @Override
        public boolean isBeingRead() {
            return false;
        }

        @Override
        public boolean isHealthy() {
            return true;
        }
    }
}
