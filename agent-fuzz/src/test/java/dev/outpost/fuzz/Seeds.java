package dev.outpost.fuzz;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.MessageCodec;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.schedule.MisfirePolicy;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.DisconnectPolicy;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Messages with many parts, which the fuzzer would need long to come upon by itself. */
final class Seeds {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final Path PROTOCOL = Path.of("..", "docs", "protocol.md");

    private Seeds() {}

    static List<byte[]> ofAgents() {
        List<ScheduleStatus> schedules = List.of(new ScheduleStatus("s", "@daily", true, true, NOON, NOON, 3, 1));
        return Stream.<AgentMessage>of(
                        new Hello(1, "a", "i", "1", Map.of("k", "v"), List.of("t"), List.of(), List.of("r"), "j", "v"),
                        new TaskReport(new TaskStatus(
                                "id",
                                "t",
                                1,
                                TaskState.SCHEDULED,
                                1,
                                1,
                                "why",
                                Map.of("k", "v"),
                                0.5,
                                Duration.ofSeconds(1),
                                TaskOrigin.SCHEDULE)),
                        new ScheduleReport("v", schedules, 1, "w", List.of("why")))
                .map(message -> MessageCodec.encodeAgent(new Envelope<>(1, 0, 1, message))
                        .toByteArray())
                .toList();
    }

    static List<byte[]> ofCenters() {
        TaskRequest task = TaskRequest.of("t")
                .id("id")
                .argument("k", "v")
                .attemptTimeout(Duration.ofSeconds(1))
                .deadline(Duration.ofSeconds(2))
                .lease(Duration.ofSeconds(3))
                .retry(RetryPolicy.DEFAULT)
                .priority(-7)
                .idempotent()
                .idempotencyKey("work")
                .concurrency("key", OverlapPolicy.QUEUE)
                .notBefore(NOON)
                .notAfter(NOON)
                .onDisconnect(DisconnectPolicy.stopAfter(Duration.ofSeconds(4)))
                .parent("p")
                .traceparent("00-1")
                .build();
        List<Schedule> schedules = Stream.of(
                        Trigger.cron("0 3 * * MON-FRI", ZoneId.of("Europe/Berlin")),
                        Trigger.afterEach(Duration.ofSeconds(1)),
                        Trigger.at(NOON),
                        Trigger.onEvent("e", Duration.ofSeconds(1)))
                .map(trigger -> Schedule.of("s", trigger, task)
                        .overlap(OverlapPolicy.ALLOW)
                        .misfire(MisfirePolicy.catchUp(3))
                        .jitter(Duration.ofSeconds(1))
                        .paused()
                        .build())
                .toList();
        return Stream.<CenterMessage>of(
                        new TaskDispatch(task),
                        new ScheduleSet("v", schedules),
                        new ScheduleCommand("s", ScheduleCommand.Action.TRIGGER))
                .map(message -> MessageCodec.encodeCenter(new Envelope<>(1, 0, 1, message))
                        .toByteArray())
                .toList();
    }

    /** The examples of the protocol's page. */
    static List<byte[]> ofJson() throws IOException {
        return Pattern.compile("```json\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PROTOCOL))
                .results()
                .map(match -> match.group(1).getBytes(StandardCharsets.UTF_8))
                .toList();
    }
}
