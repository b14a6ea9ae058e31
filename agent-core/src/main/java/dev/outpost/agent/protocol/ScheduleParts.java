package dev.outpost.agent.protocol;

import dev.outpost.agent.internal.proto.MalformedProtoException;
import dev.outpost.agent.internal.proto.ProtoReader;
import dev.outpost.agent.internal.proto.ProtoWriter;
import dev.outpost.agent.schedule.AtTrigger;
import dev.outpost.agent.schedule.CronExpression;
import dev.outpost.agent.schedule.EventTrigger;
import dev.outpost.agent.schedule.EveryTrigger;
import dev.outpost.agent.schedule.MisfirePolicy;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.TaskRequest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The messages about schedules. */
final class ScheduleParts {

    private static final OverlapPolicy[] OVERLAPS = OverlapPolicy.values();
    private static final MisfirePolicy.Kind[] MISFIRES = MisfirePolicy.Kind.values();

    private ScheduleParts() {}

    static void set(int field, ScheduleSet m, ProtoWriter out) {
        int start = out.beginMessage(field);
        out.string(1, m.version());
        m.schedules().forEach(schedule -> schedule(2, schedule, out));
        out.endMessage(start);
    }

    static ScheduleSet set(ProtoReader in) throws MalformedProtoException {
        String version = "";
        List<Schedule> schedules = new ArrayList<>();
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> version = in.string(tag);
                case 2 -> {
                    Parts.requireRoom(schedules, ScheduleSet.MOST_SCHEDULES, "schedules in a set");
                    schedules.add(numbered(schedules.size() + 1, in.message(tag)));
                }
                default -> in.skip(tag);
            }
        }
        return new ScheduleSet(version, schedules);
    }

    /** Of thousands of schedules it is of use to know which one makes no sense. */
    private static Schedule numbered(int number, ProtoReader in) throws MalformedProtoException {
        try {
            return schedule(in);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("schedule " + number + ": " + e.getMessage(), e);
        }
    }

    private static void schedule(int field, Schedule m, ProtoWriter out) {
        int start = out.beginMessage(field);
        out.string(1, m.name());
        trigger(m.trigger(), out);
        TaskParts.request(6, m.template(), out);
        out.varint(7, Parts.number(m.overlap()));
        out.varint(8, Parts.number(m.misfire().kind()));
        out.varint(9, m.misfire().most());
        out.varint(10, Parts.millis(m.jitter()));
        out.varint(11, m.paused() ? 1 : 0);
        out.endMessage(start);
    }

    private static void trigger(Trigger trigger, ProtoWriter out) {
        if (trigger instanceof CronExpression cron) {
            int nested = out.beginMessage(2);
            out.string(1, cron.expression());
            out.string(2, cron.zone().getId());
            out.endMessage(nested);
        } else if (trigger instanceof EveryTrigger every) {
            int nested = out.beginMessage(3);
            out.varint(1, Parts.millis(every.interval()));
            out.varint(2, every.from() == EveryTrigger.From.END ? 1 : 0);
            out.endMessage(nested);
        } else if (trigger instanceof AtTrigger at) {
            out.presentVarint(4, Parts.epochMillis(at.instant()));
        } else if (trigger instanceof EventTrigger event) {
            int nested = out.beginMessage(5);
            out.string(1, event.type());
            out.varint(2, Parts.millis(event.debounce()));
            out.endMessage(nested);
        } else {
            throw new IllegalArgumentException("cannot be sent: " + trigger);
        }
    }

    private static Schedule schedule(ProtoReader in) throws MalformedProtoException {
        String name = "";
        Trigger trigger = null;
        TaskRequest template = null;
        OverlapPolicy overlap = OverlapPolicy.SKIP;
        MisfirePolicy.Kind misfire = MisfirePolicy.Kind.FIRE_ONCE;
        int most = 1;
        Duration jitter = Duration.ZERO;
        boolean paused = false;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> name = in.string(tag);
                case 2 -> trigger = cron(in.message(tag));
                case 3 -> trigger = every(in.message(tag));
                case 4 -> trigger = Trigger.at(Parts.instant(in.varint(tag), "at_unix_ms"));
                case 5 -> trigger = event(in.message(tag));
                case 6 -> template = TaskParts.request(in.message(tag));
                case 7 -> overlap = Parts.element(OVERLAPS, in.varint(tag), "overlap");
                case 8 -> misfire = Parts.element(MISFIRES, in.varint(tag), "misfire");
                case 9 -> most = Math.max(1, Parts.count(in.varint(tag)));
                case 10 -> jitter = Parts.duration(in.varint(tag));
                case 11 -> paused = in.varint(tag) != 0;
                default -> in.skip(tag);
            }
        }
        return new Schedule(
                name,
                Parts.required(trigger, "trigger"),
                Parts.required(template, "task"),
                overlap,
                new MisfirePolicy(misfire, most),
                jitter,
                paused);
    }

    private static Trigger cron(ProtoReader in) throws MalformedProtoException {
        String expression = "";
        String zone = "UTC";
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> expression = in.string(tag);
                case 2 -> zone = in.string(tag);
                default -> in.skip(tag);
            }
        }
        return CronExpression.parse(expression, zone(zone));
    }

    private static ZoneId zone(String id) {
        try {
            return ZoneId.of(id.isEmpty() ? "UTC" : id);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("a time zone of that name is not known here: " + id, e);
        }
    }

    private static Trigger every(ProtoReader in) throws MalformedProtoException {
        Duration interval = Duration.ZERO;
        EveryTrigger.From from = EveryTrigger.From.DUE;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> interval = Parts.duration(in.varint(tag));
                case 2 -> from = in.varint(tag) == 0 ? EveryTrigger.From.DUE : EveryTrigger.From.END;
                default -> in.skip(tag);
            }
        }
        return new EveryTrigger(interval, from);
    }

    private static Trigger event(ProtoReader in) throws MalformedProtoException {
        String type = "";
        Duration debounce = Duration.ZERO;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> type = in.string(tag);
                case 2 -> debounce = Parts.duration(in.varint(tag));
                default -> in.skip(tag);
            }
        }
        return new EventTrigger(type, debounce);
    }

    static void report(int field, ScheduleReport m, ProtoWriter out) {
        int start = out.beginMessage(field);
        out.string(1, m.version());
        m.schedules().forEach(status -> status(2, status, out));
        out.varint(3, m.total());
        out.string(4, m.refusedVersion());
        m.problems().forEach(problem -> out.presentString(5, problem));
        out.endMessage(start);
    }

    static ScheduleReport report(ProtoReader in) throws MalformedProtoException {
        String version = "";
        List<ScheduleStatus> schedules = new ArrayList<>();
        int total = 0;
        String refusedVersion = "";
        List<String> problems = new ArrayList<>();
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> version = in.string(tag);
                case 2 -> {
                    Parts.requireRoom(schedules, ScheduleReport.MOST_SCHEDULES, "schedules in a report");
                    schedules.add(status(in.message(tag)));
                }
                case 3 -> total = Parts.count(in.varint(tag));
                case 4 -> refusedVersion = in.string(tag);
                case 5 -> problems.add(in.string(tag));
                default -> in.skip(tag);
            }
        }
        return new ScheduleReport(version, schedules, total, refusedVersion, problems);
    }

    private static void status(int field, ScheduleStatus m, ProtoWriter out) {
        int start = out.beginMessage(field);
        out.string(1, m.name());
        out.string(2, m.trigger());
        out.varint(3, m.pushed() ? 1 : 0);
        out.varint(4, m.paused() ? 1 : 0);
        out.varint(5, Parts.epochMillisOrZero(m.next()));
        out.varint(6, Parts.epochMillisOrZero(m.last()));
        out.varint(7, m.fired());
        out.varint(8, m.missed());
        out.endMessage(start);
    }

    private static ScheduleStatus status(ProtoReader in) throws MalformedProtoException {
        String name = "";
        String trigger = "";
        boolean pushed = false;
        boolean paused = false;
        @Nullable Instant next = null;
        @Nullable Instant last = null;
        long fired = 0;
        long missed = 0;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> name = in.string(tag);
                case 2 -> trigger = in.string(tag);
                case 3 -> pushed = in.varint(tag) != 0;
                case 4 -> paused = in.varint(tag) != 0;
                case 5 -> next = Parts.instantOrNull(in.varint(tag), "next_unix_ms");
                case 6 -> last = Parts.instantOrNull(in.varint(tag), "last_unix_ms");
                case 7 -> fired = in.varint(tag);
                case 8 -> missed = in.varint(tag);
                default -> in.skip(tag);
            }
        }
        return new ScheduleStatus(name, trigger, pushed, paused, next, last, fired, missed);
    }
}
