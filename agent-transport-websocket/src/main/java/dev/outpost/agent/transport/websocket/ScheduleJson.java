package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.protocol.ScheduleSet;
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
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** The messages about schedules. */
final class ScheduleJson {

    private static final OverlapPolicy[] OVERLAPS = OverlapPolicy.values();
    private static final MisfirePolicy.Kind[] MISFIRES = MisfirePolicy.Kind.values();
    private static final ScheduleCommand.Action[] ACTIONS = ScheduleCommand.Action.values();

    private ScheduleJson() {}

    static void set(ScheduleSet m, JsonOut out) throws IOException {
        out.text("version", m.version());
        out.objects("schedules", m.schedules(), ScheduleJson::schedule);
    }

    static ScheduleSet set(JsonIn in) throws IOException {
        String version = "";
        List<Schedule> schedules = new ArrayList<>();
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "version" -> version = in.text();
                case "schedules" ->
                    in.each(() -> {
                        JsonParts.requireRoom(schedules, ScheduleSet.MOST_SCHEDULES, "schedules in a set");
                        schedules.add(numbered(schedules.size() + 1, in));
                    });
                default -> in.skip();
            }
        }
        return new ScheduleSet(version, schedules);
    }

    /** Of thousands of schedules it is of use to know which one makes no sense. */
    private static Schedule numbered(int number, JsonIn in) throws IOException {
        try {
            return schedule(in);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("schedule " + number + ": " + e.getMessage(), e);
        }
    }

    private static void schedule(Schedule m, JsonOut out) throws IOException {
        out.text("name", m.name());
        trigger(m.trigger(), out);
        out.begin("task");
        TaskJson.request(m.template(), out);
        out.end();
        out.element("overlap", m.overlap());
        out.element("misfire", m.misfire().kind());
        out.number("misfireMost", m.misfire().most());
        out.millisIfSet("jitterMs", m.jitter());
        out.flag("paused", m.paused());
    }

    private static void trigger(Trigger trigger, JsonOut out) throws IOException {
        if (trigger instanceof CronExpression cron) {
            out.begin("cron");
            out.text("expression", cron.expression());
            out.text("zone", cron.zone().getId());
            out.end();
        } else if (trigger instanceof EveryTrigger every) {
            out.begin("every");
            out.millisIfSet("intervalMs", every.interval());
            out.flag("afterEnd", every.from() == EveryTrigger.From.END);
            out.end();
        } else if (trigger instanceof AtTrigger at) {
            out.presentInstant("atUnixMs", at.instant());
        } else if (trigger instanceof EventTrigger event) {
            out.begin("event");
            out.text("type", event.type());
            out.millisIfSet("debounceMs", event.debounce());
            out.end();
        } else {
            throw new IllegalArgumentException("cannot be sent: " + trigger);
        }
    }

    private static Schedule schedule(JsonIn in) throws IOException {
        String scheduleName = "";
        Trigger trigger = null;
        TaskRequest template = null;
        OverlapPolicy overlap = OverlapPolicy.SKIP;
        MisfirePolicy.Kind misfire = MisfirePolicy.Kind.FIRE_ONCE;
        int most = 1;
        Duration jitter = Duration.ZERO;
        boolean paused = false;
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "name" -> scheduleName = in.text();
                case "cron" -> trigger = cron(in);
                case "every" -> trigger = every(in);
                case "atUnixMs" -> trigger = Trigger.at(in.instant());
                case "event" -> trigger = event(in);
                case "task" -> template = TaskJson.request(in);
                case "overlap" -> overlap = JsonParts.required(in.find(OVERLAPS, 0), "an overlap that is known here");
                case "misfire" -> misfire = JsonParts.required(in.find(MISFIRES, 0), "a misfire that is known here");
                case "misfireMost" -> most = Math.max(1, in.count());
                case "jitterMs" -> jitter = in.millis64();
                case "paused" -> paused = in.flag();
                default -> in.skip();
            }
        }
        return new Schedule(
                scheduleName,
                JsonParts.required(trigger, "trigger"),
                JsonParts.required(template, "task"),
                overlap,
                new MisfirePolicy(misfire, most),
                jitter,
                paused);
    }

    private static Trigger cron(JsonIn in) throws IOException {
        String expression = "";
        String zone = "";
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "expression" -> expression = in.text();
                case "zone" -> zone = in.text();
                default -> in.skip();
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

    private static Trigger every(JsonIn in) throws IOException {
        Duration interval = Duration.ZERO;
        boolean afterEnd = false;
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "intervalMs" -> interval = in.millis64();
                case "afterEnd" -> afterEnd = in.flag();
                default -> in.skip();
            }
        }
        return new EveryTrigger(interval, afterEnd ? EveryTrigger.From.END : EveryTrigger.From.DUE);
    }

    private static Trigger event(JsonIn in) throws IOException {
        String type = "";
        Duration debounce = Duration.ZERO;
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "type" -> type = in.text();
                case "debounceMs" -> debounce = in.millis64();
                default -> in.skip();
            }
        }
        return new EventTrigger(type, debounce);
    }

    static void command(ScheduleCommand m, JsonOut out) throws IOException {
        out.text("name", m.name());
        out.element("action", m.action());
    }

    static ScheduleCommand command(JsonIn in) throws IOException {
        String schedule = "";
        ScheduleCommand.Action action = ScheduleCommand.Action.UNSPECIFIED;
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "name" -> schedule = in.text();
                case "action" -> action = in.element(ACTIONS);
                default -> in.skip();
            }
        }
        return new ScheduleCommand(schedule, action);
    }

    static void report(ScheduleReport m, JsonOut out) throws IOException {
        out.text("version", m.version());
        out.objects("schedules", m.schedules(), ScheduleJson::status);
        out.number("total", m.total());
        out.text("refusedVersion", m.refusedVersion());
        out.texts("problems", m.problems());
    }

    static ScheduleReport report(JsonIn in) throws IOException {
        String version = "";
        List<ScheduleStatus> schedules = new ArrayList<>();
        int total = 0;
        String refusedVersion = "";
        List<String> problems = new ArrayList<>();
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "version" -> version = in.text();
                case "schedules" ->
                    in.each(() -> {
                        JsonParts.requireRoom(schedules, ScheduleReport.MOST_SCHEDULES, "schedules in a report");
                        schedules.add(status(in));
                    });
                case "total" -> total = in.count();
                case "refusedVersion" -> refusedVersion = in.text();
                case "problems" -> in.texts(problems);
                default -> in.skip();
            }
        }
        return new ScheduleReport(version, schedules, total, refusedVersion, problems);
    }

    private static void status(ScheduleStatus m, JsonOut out) throws IOException {
        out.text("name", m.name());
        out.text("trigger", m.trigger());
        out.flag("pushed", m.pushed());
        out.flag("paused", m.paused());
        out.instantIfSet("nextUnixMs", m.next());
        out.instantIfSet("lastUnixMs", m.last());
        out.unsigned64("fired", m.fired());
        out.unsigned64("missed", m.missed());
    }

    private static ScheduleStatus status(JsonIn in) throws IOException {
        String scheduleName = "";
        String trigger = "";
        boolean pushed = false;
        boolean paused = false;
        Instant next = null;
        Instant last = null;
        long fired = 0;
        long missed = 0;
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "name" -> scheduleName = in.text();
                case "trigger" -> trigger = in.text();
                case "pushed" -> pushed = in.flag();
                case "paused" -> paused = in.flag();
                case "nextUnixMs" -> next = in.instantIfSet();
                case "lastUnixMs" -> last = in.instantIfSet();
                case "fired" -> fired = in.unsigned64();
                case "missed" -> missed = in.unsigned64();
                default -> in.skip();
            }
        }
        return new ScheduleStatus(scheduleName, trigger, pushed, paused, next, last, fired, missed);
    }
}
