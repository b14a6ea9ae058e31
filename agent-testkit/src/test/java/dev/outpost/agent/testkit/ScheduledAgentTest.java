package dev.outpost.agent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.transport.TransportServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole agents with schedules, in real time. */
@Timeout(60)
class ScheduledAgentTest {

    @TempDir
    private Path directory;

    private final BlockingQueue<TaskRequest> ran = new LinkedBlockingQueue<>();

    @Test
    void emit_scheduleWaitsForTheEvent_runsItsTask() throws Exception {
        try (Agent agent = builder()
                .logSink("none", batch -> CompletableFuture.completedFuture(null))
                .schedule("on-disk", Trigger.onEvent("disk", Duration.ofMillis(20)), work())
                .build()) {
            assertThat(agent.emit("disk", Map.of())).as("not running").isFalse();
            agent.start();

            assertThat(agent.emit("disk", Map.of("mount", "/var"))).isTrue();

            assertThat(next().arguments()).containsEntry("event.type", "disk").containsEntry("event.mount", "/var");
            assertThat(agent.snapshot().counter("events.dropped{not_running}")).isEqualTo(1);
        }
    }

    @Test
    void poll_conditionComesTrue_runsTheTask() throws Exception {
        AtomicBoolean holds = new AtomicBoolean();
        BlockingQueue<String> threads = new LinkedBlockingQueue<>();
        Agent agent = builder()
                .logSink("none", batch -> CompletableFuture.completedFuture(null))
                .schedule(
                        "look",
                        Trigger.poll(Duration.ofMillis(10), () -> {
                            threads.add(Thread.currentThread().getName());
                            return holds.get();
                        }),
                        work())
                .build();
        try (agent) {
            agent.start();
            assertThat(threads.poll(20, TimeUnit.SECONDS)).isEqualTo("outpost-poll-1");
            assertThat(ran).isEmpty();

            holds.set(true);

            assertThat(next().id()).startsWith("schedule/look/");
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("outpost-poll-1");
    }

    @Test
    void schedules_pauseTriggerResume_steerARunningAgent() throws Exception {
        try (Agent agent = builder()
                .logSink("none", batch -> CompletableFuture.completedFuture(null))
                .schedule("daily", Trigger.cron("@daily"), work())
                .build()) {
            agent.start();

            agent.schedules().pause("daily");
            agent.schedules().trigger("daily");

            assertThat(next().id()).startsWith("schedule/daily/").endsWith("/asked");
            assertThat(agent.schedules().list()).singleElement().satisfies(status -> {
                assertThat(status.paused()).isTrue();
                assertThat(status.fired()).isEqualTo(1);
            });
            assertThat(agent.schedules().preview("daily", 2)).hasSize(2);
        }
    }

    @Test
    void session_setAndCommands_areAnsweredWithReports() throws Exception {
        RecordingAcceptor acceptor = new RecordingAcceptor();
        try (InMemoryNetwork network = new InMemoryNetwork();
                TransportServer server = network.newServer();
                Agent agent = builder().transport(network.newTransport()).build()) {
            server.start(acceptor);
            agent.start();
            RecordingAcceptor.Accepted link = acceptor.await();
            link.connection().request(1_000);
            assertThat(((Hello) link.listener().awaitMessage().payload()).scheduleVersion())
                    .isEmpty();
            send(link, 1, new Welcome("session", Duration.ZERO, 0, 0, List.of()));

            send(link, 2, new ScheduleSet("v1", List.of(schedule("a", "work"), schedule("b", "work"))));
            ScheduleReport taken = report(link);
            assertThat(taken.version()).isEqualTo("v1");
            assertThat(taken.schedules()).extracting(ScheduleStatus::name).containsExactlyInAnyOrder("a", "b");

            send(link, 3, new ScheduleSet("v2", List.of(schedule("c", "unknown"))));
            ScheduleReport refused = report(link);
            assertThat(refused.version()).isEqualTo("v1");
            assertThat(refused.refusedVersion()).isEqualTo("v2");
            assertThat(refused.problems()).hasSize(1);

            send(link, 4, new ScheduleCommand("a", ScheduleCommand.Action.TRIGGER));
            assertThat(next().id()).startsWith("schedule/a/");
            assertThat(report(link).schedules())
                    .extracting(ScheduleStatus::fired)
                    .containsExactly(1L);

            send(link, 5, new ScheduleCommand("nobody", ScheduleCommand.Action.PAUSE));
            assertThat(await(link, Rejection.class).detail()).contains("nobody");

            network.cutAll();
            RecordingAcceptor.Accepted again = acceptor.await();
            again.connection().request(1_000);
            assertThat(((Hello) again.listener().awaitMessage().payload()).scheduleVersion())
                    .isEqualTo("v1");
            send(again, 1, new Welcome("session", Duration.ZERO, 0, 0, List.of()));
            assertThat(report(again).total()).as("a session begins with all").isEqualTo(2);
        }
    }

    @Test
    void restart_withAJournal_followsThePushedSetAndStaysPaused() throws Exception {
        RecordingAcceptor acceptor = new RecordingAcceptor();
        try (InMemoryNetwork network = new InMemoryNetwork();
                TransportServer server = network.newServer()) {
            server.start(acceptor);
            try (Agent first = builder()
                    .transport(network.newTransport())
                    .journal(directory)
                    .build()) {
                first.start();
                RecordingAcceptor.Accepted link = acceptor.await();
                link.connection().request(1_000);
                assertThat(await(link, Hello.class).scheduleVersion()).isEmpty();
                send(link, 1, new Welcome("session", Duration.ZERO, 0, 0, List.of()));
                send(link, 2, new ScheduleSet("v1", List.of(schedule("a", "work"))));
                send(link, 3, new ScheduleCommand("a", ScheduleCommand.Action.PAUSE));
                while (report(link).schedules().stream().noneMatch(ScheduleStatus::paused)) {
                    assertThat(link.listener().closeCount()).isZero();
                }
            }
            try (Agent second = builder()
                    .transport(network.newTransport())
                    .journal(directory)
                    .build()) {
                second.start();
                RecordingAcceptor.Accepted link = acceptor.await();
                link.connection().request(1_000);

                Hello hello = await(link, Hello.class);

                assertThat(hello.scheduleVersion()).isEqualTo("v1");
                assertThat(hello.journalId()).isNotEmpty();
                assertThat(second.schedules().list())
                        .singleElement()
                        .matches(ScheduleStatus::paused)
                        .matches(ScheduleStatus::pushed);
            }
        }
    }

    private AgentBuilder builder() {
        return Agent.builder().id("scheduled").task("work", (task, context) -> {
            ran.add(task);
            return TaskResult.succeeded();
        });
    }

    private static TaskRequest work() {
        return TaskRequest.of("work").build();
    }

    private static Schedule schedule(String name, String type) {
        return Schedule.of(name, Trigger.cron("@yearly"), TaskRequest.of(type).build())
                .build();
    }

    private TaskRequest next() throws InterruptedException {
        TaskRequest next = ran.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no task ran");
        }
        return next;
    }

    private static void send(RecordingAcceptor.Accepted link, long id, CenterMessage message) {
        long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        assertThat(link.connection().trySend(new Envelope<>(id, 0, now, message)))
                .isTrue();
    }

    private static ScheduleReport report(RecordingAcceptor.Accepted link) throws InterruptedException {
        return await(link, ScheduleReport.class);
    }

    /** The next message of a kind; passes over all others. */
    private static <M extends AgentMessage> M await(RecordingAcceptor.Accepted link, Class<M> kind)
            throws InterruptedException {
        AgentMessage message = link.listener().awaitMessage().payload();
        while (!kind.isInstance(message)) {
            message = link.listener().awaitMessage().payload();
        }
        return kind.cast(message);
    }
}
