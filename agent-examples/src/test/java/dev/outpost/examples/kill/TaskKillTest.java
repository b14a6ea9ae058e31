package dev.outpost.examples.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.agent.transport.grpc.GrpcTransportServer;
import dev.outpost.center.ControlCenter;
import dev.outpost.center.TaskHandle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent process with a journal is killed again and again while it runs tasks that leave a file per attempt: no attempt happens
 * twice, what must not run twice does not, and every task comes to one end at the control center.
 *
 * <p>Short as it stands; with {@code -Doutpost.kill.iterations=200} in full. {@code -Doutpost.kill.seed=n} repeats the choices of a
 * run, though not its timing.
 */
class TaskKillTest {

    private static final int ITERATIONS = Integer.getInteger("outpost.kill.iterations", 6);
    private static final int MOST_TASKS_PER_LIFE = 60;
    private static final String AGENT = "killed";

    private final long seed = Long.getLong("outpost.kill.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<String, TaskHandle> handles = new LinkedHashMap<>();

    @TempDir
    private Path directory;

    @Test
    @Timeout(900)
    void agent_killedAgainAndAgain_runsNoAttemptTwiceAndReportsEveryEnd() throws Exception {
        Path effects = Files.createDirectories(directory.resolve("effects"));
        ControlCenter center = ControlCenter.builder()
                .endpoint(GrpcTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .plaintext()
                        .build())
                .build();
        try (center) {
            center.start();
            for (int i = 0; i < ITERATIONS; i++) {
                live(center, effects);
            }
            try (ChildProcess last = startAgent(center, effects)) {
                for (TaskHandle handle : handles.values()) {
                    TaskStatus end = handle.outcome().get(60, TimeUnit.SECONDS);
                    check(handle, end, effects);
                }
                last.askToClose();
                assertThat(last.awaitExit()).as(last.said()).isZero();
            }
        }
        try (Stream<Path> files = Files.list(effects)) {
            assertThat(files.filter(file -> file.toString().endsWith(".doubled")))
                    .as("attempts that happened twice, seed %d", seed)
                    .isEmpty();
        }
        System.out.println("seed " + seed + ": " + handles.size() + " tasks in " + ITERATIONS + " lives: " + ends());
    }

    private ChildProcess startAgent(ControlCenter center, Path effects) throws IOException {
        return new ChildProcess(
                TaskKillAgent.class,
                directory.resolve("agent.out"),
                AGENT,
                Integer.toString(center.port()),
                directory.resolve("journal").toString(),
                effects.toString());
    }

    private void live(ControlCenter center, Path effects) throws Exception {
        try (ChildProcess agent = startAgent(center, effects)) {
            boolean known = center.agent(AGENT).isPresent();
            if (!known) {
                assertThat(Await.upTo(
                                30, TimeUnit.SECONDS, () -> center.agent(AGENT).isPresent()))
                        .as(agent.said())
                        .isTrue();
            }
            for (int i = random.nextInt(MOST_TASKS_PER_LIFE); i > 0; i--) {
                TaskRequest task = task("t" + handles.size());
                handles.put(task.id(), center.dispatch(AGENT, task));
                passMillis(random.nextInt(20));
            }
            passMillis(random.nextInt(1_500));
            if (random.nextInt(5) == 0) {
                agent.askToClose();
                passMillis(random.nextInt(300));
            }
            agent.kill();
        }
    }

    private TaskRequest task(String id) {
        boolean idempotent = random.nextBoolean();
        return TaskRequest.of("effect")
                .id(id)
                .argument("millis", Integer.toString(random.nextInt(4) == 0 ? 500 : random.nextInt(30)))
                .idempotent(idempotent)
                .retry(idempotent ? new RetryPolicy(100, Duration.ZERO, Duration.ZERO) : RetryPolicy.NONE)
                .build();
    }

    private void check(TaskHandle handle, TaskStatus end, Path effects) throws IOException {
        TaskRequest task = handle.request();
        long happened;
        try (Stream<Path> files = Files.list(effects)) {
            happened = files.filter(file -> file.getFileName().toString().startsWith(task.id() + "#"))
                    .count();
        }
        if (task.idempotent()) {
            assertThat(end.state())
                    .as("%s: %s, seed %d", task, end, seed)
                    .isIn(TaskState.SUCCEEDED, TaskState.CANCELLED);
        } else {
            assertThat(end.state())
                    .as("%s: %s, seed %d", task, end, seed)
                    .isIn(TaskState.SUCCEEDED, TaskState.INDETERMINATE, TaskState.CANCELLED);
            assertThat(happened).as("%s: %s, seed %d", task, end, seed).isLessThanOrEqualTo(1);
        }
        if (end.state() == TaskState.SUCCEEDED) {
            assertThat(happened).as("%s: %s, seed %d", task, end, seed).isPositive();
        }
    }

    private Map<TaskState, Integer> ends() {
        Map<TaskState, Integer> ends = new EnumMap<>(TaskState.class);
        handles.values().forEach(handle -> ends.merge(handle.outcome().join().state(), 1, Integer::sum));
        return ends;
    }

    /** Time in which the processes run; there is nothing to wait for. */
    private static void passMillis(int millis) {
        Await.upTo(millis, TimeUnit.MILLISECONDS, () -> false);
    }
}
