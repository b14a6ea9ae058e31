package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.store.WatermarkStore.StreamEpoch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How much of an agent's words is kept: what identifies something is refused when it is too long, what only tells something
 * is cut. The bounds are beyond those that the agents of this project keep themselves to.
 */
final class Limits {

    /** Epochs of streams that one connection has open. */
    static final int MOST_STREAMS = 64;

    static final int MOST_NAME_CHARS = 128;

    private static final int MOST_LABELS = 64;
    private static final int MOST_LABEL_CHARS = 256;
    private static final int MOST_TASK_TYPES = 1_000;
    private static final int MOST_DETAIL_CHARS = 8_192;
    private static final int MOST_OUTPUT_ENTRIES = 1_000;
    private static final int MOST_OUTPUT_CHARS = 128 * 1_024;
    private static final int MOST_REASONS = 64;
    private static final int MOST_REASON_CHARS = 256;
    private static final int MOST_TRIGGER_CHARS = 512;
    private static final int MOST_PROBLEMS = 100;
    private static final int MOST_PROBLEM_CHARS = 1_024;

    private Limits() {}

    /** What is too long or too many in a hello. */
    static Optional<String> problem(Hello hello) {
        if (!isName(hello.agentId())) {
            return Optional.of("an agent id has 1 to " + MOST_NAME_CHARS + " characters");
        }
        if (hello.instanceId().length() > MOST_NAME_CHARS
                || hello.agentVersion().length() > MOST_NAME_CHARS) {
            return Optional.of("an instance id and a version have at most " + MOST_NAME_CHARS + " characters");
        }
        if (hello.journalId().length() > MOST_NAME_CHARS
                || hello.scheduleVersion().length() > MOST_NAME_CHARS) {
            return Optional.of(
                    "a journal id and a version of schedules have at most " + MOST_NAME_CHARS + " characters");
        }
        if (hello.labels().size() > MOST_LABELS
                || hello.labels().entrySet().stream()
                        .anyMatch(label -> label.getKey().length() > MOST_LABEL_CHARS
                                || label.getValue().length() > MOST_LABEL_CHARS)) {
            return Optional.of("an agent has at most " + MOST_LABELS + " labels, names and values of at most "
                    + MOST_LABEL_CHARS + " characters");
        }
        if (hello.taskTypes().size() > MOST_TASK_TYPES
                || hello.taskTypes().stream().anyMatch(type -> type.length() > MOST_NAME_CHARS)) {
            return Optional.of("an agent has at most " + MOST_TASK_TYPES + " task types of at most " + MOST_NAME_CHARS
                    + " characters");
        }
        if (hello.streams().size() > MOST_STREAMS) {
            return Optional.of("a hello names at most " + MOST_STREAMS + " streams");
        }
        if (!hello.streams().stream().allMatch(Limits::isPossible)) {
            return Optional.of("a stream has a sequence that no stream can come to");
        }
        long epochs = hello.streams().stream()
                .map(position -> new StreamEpoch(position.streamId(), position.epoch()))
                .distinct()
                .count();
        return epochs == hello.streams().size() ? Optional.empty() : Optional.of("a hello names an epoch twice");
    }

    /** Whether a sequence can be counted on from. */
    static boolean isPossible(StreamPosition position) {
        return position.sequence() >= 0 && position.sequence() < Long.MAX_VALUE;
    }

    /** What is wrong with the names in a report. */
    static Optional<String> problem(TaskStatus status) {
        return isName(status.taskId()) && status.taskType().length() <= MOST_NAME_CHARS
                ? Optional.empty()
                : Optional.of("a task id has 1 to " + MOST_NAME_CHARS + " characters, and a task type no more");
    }

    /** What is wrong with the names in a report, or with how many there are. */
    static Optional<String> problem(ScheduleReport report) {
        if (report.version().length() > MOST_NAME_CHARS
                || report.refusedVersion().length() > MOST_NAME_CHARS) {
            return Optional.of("a version of schedules has at most " + MOST_NAME_CHARS + " characters");
        }
        if (report.schedules().size() > ScheduleReport.MOST_SCHEDULES) {
            return Optional.of("a report tells of at most " + ScheduleReport.MOST_SCHEDULES + " schedules");
        }
        return report.schedules().stream()
                        .map(ScheduleStatus::name)
                        .allMatch(name -> !name.isEmpty() && name.length() <= MOST_NAME_CHARS)
                ? Optional.empty()
                : Optional.of("a schedule's name has 1 to " + MOST_NAME_CHARS + " characters");
    }

    private static boolean isName(String name) {
        return !name.isBlank() && name.length() <= MOST_NAME_CHARS;
    }

    /** The report itself, or one that is cut. */
    static TaskStatus cut(TaskStatus status) {
        String detail = cut(status.detail(), MOST_DETAIL_CHARS);
        Map<String, String> output = cut(status.output());
        if (detail.equals(status.detail()) && output.equals(status.output())) {
            return status;
        }
        return new TaskStatus(
                status.taskId(),
                status.taskType(),
                status.revision(),
                status.state(),
                status.attempt(),
                status.epochNanos(),
                detail,
                output,
                status.progress(),
                status.retryAfter(),
                status.origin());
    }

    private static Map<String, String> cut(Map<String, String> output) {
        long chars = output.entrySet().stream()
                .mapToLong(entry ->
                        (long) entry.getKey().length() + entry.getValue().length())
                .sum();
        if (output.size() <= MOST_OUTPUT_ENTRIES && chars <= MOST_OUTPUT_CHARS) {
            return output;
        }
        Map<String, String> kept = new LinkedHashMap<>();
        int room = MOST_OUTPUT_CHARS;
        for (Map.Entry<String, String> entry : output.entrySet()) {
            if (kept.size() < MOST_OUTPUT_ENTRIES && entry.getKey().length() < room) {
                String value = cut(entry.getValue(), room - entry.getKey().length());
                kept.put(entry.getKey(), value);
                room -= entry.getKey().length() + value.length();
            }
        }
        return kept;
    }

    /** The heartbeat itself, or one that is cut. */
    static Heartbeat cut(Heartbeat heartbeat) {
        List<String> reasons = heartbeat.degradedReasons().stream()
                .limit(MOST_REASONS)
                .map(Limits::cutReason)
                .toList();
        return reasons.equals(heartbeat.degradedReasons())
                ? heartbeat
                : new Heartbeat(
                        heartbeat.condition(),
                        reasons,
                        heartbeat.host(),
                        heartbeat.uptime(),
                        heartbeat.recordsInMemory(),
                        heartbeat.recordsSpooled(),
                        heartbeat.recordsDropped(),
                        heartbeat.tasksQueued(),
                        heartbeat.tasksRunning());
    }

    /** The report itself, or one that is cut. */
    static ScheduleReport cut(ScheduleReport report) {
        List<ScheduleStatus> schedules =
                report.schedules().stream().map(Limits::cut).toList();
        List<String> problems = report.problems().stream()
                .limit(MOST_PROBLEMS)
                .map(problem -> cut(problem, MOST_PROBLEM_CHARS))
                .toList();
        return schedules.equals(report.schedules()) && problems.equals(report.problems())
                ? report
                : new ScheduleReport(report.version(), schedules, report.total(), report.refusedVersion(), problems);
    }

    private static ScheduleStatus cut(ScheduleStatus status) {
        String trigger = cut(status.trigger(), MOST_TRIGGER_CHARS);
        return trigger.equals(status.trigger())
                ? status
                : new ScheduleStatus(
                        status.name(),
                        trigger,
                        status.pushed(),
                        status.paused(),
                        status.next(),
                        status.last(),
                        status.fired(),
                        status.missed());
    }

    /** A short text for people. */
    static String cutReason(String reason) {
        return cut(reason, MOST_REASON_CHARS);
    }

    /** At most so many characters, and no half of a pair at the end. */
    private static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        return text.substring(0, most > 0 && Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
    }
}
