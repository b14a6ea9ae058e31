package dev.outpost.agent.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.journal.DiskJournal;
import dev.outpost.agent.internal.spool.FaultyFiles;
import dev.outpost.agent.internal.spool.FaultyFiles.Survival;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.task.ClosePolicy;
import dev.outpost.agent.task.DisconnectPolicy;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskOptions;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One random life of an agent with a journal on a disk and a control center behind a line, all in one thread on virtual time: dispatches,
 * duplicates, cancels, kills, power cuts, restarts, lost connections, clock jumps, a disk that is slow. What must hold is
 * checked at every step by the {@link CenterModel}, at every attempt, and at the end.
 */
final class TaskHistory {

    private static final Path DIRECTORY = Path.of("/journal");
    private static final int STEPS = 200;
    private static final int SLOTS = 2;

    private final SplittableRandom random;
    private final CenterModel center = new CenterModel();
    private final Map<String, Integer> effects = new HashMap<>();
    private final Set<String> attemptsSeen = new HashSet<>();
    private FaultyFiles files = new FaultyFiles();
    private HandDisk disk = new HandDisk();
    private EngineBench bench;
    private DiskJournal journal;
    private final boolean slowDisk;
    private boolean connected;
    private int lives;

    TaskHistory(SplittableRandom random) {
        this.random = random;
        slowDisk = random.nextInt(4) == 0;
        bench = born();
    }

    // ---- the agent ------------------------------------------------------------------------------------------------

    private EngineBench born() {
        lives++;
        disk = new HandDisk();
        EngineBench agent = new EngineBench(
                SLOTS,
                random.split(),
                made -> {
                    journal =
                            new DiskJournal(DIRECTORY, files, disk, made.timers, made.inbox, made.clock, made.counters);
                    return journal;
                },
                TaskOptions.defaults().limit(random.nextInt(1, 3)),
                20,
                random.nextBoolean() ? ClosePolicy.KEEP : ClosePolicy.HAND_BACK);
        agent.handler = (task, context) -> result();
        agent.executor.began = attempt -> began(attempt.task(), ((AttemptRun) attempt).attempt());
        agent.engine.connected(false);
        journal.open(agent.engine::restore);
        return agent;
    }

    private void began(TaskRequest task, int attempt) {
        watchJournal();
        effects.merge(task.id(), 1, Integer::sum);
        boolean first = attemptsSeen.add(task.id() + "#" + attempt);
        assertThat(first || (center.unsafe && task.idempotent()))
                .as("attempt %s of %s runs once; history %s", attempt, task.id(), center.historyOf(task.id()))
                .isTrue();
        assertThat(center.isEnded(task.id()) && !(center.unsafe && task.idempotent()))
                .as(
                        "attempt %s of %s begins after its end was told: %s",
                        attempt, task.id(), center.historyOf(task.id()))
                .isFalse();
        RetryPolicy retry = task.retry();
        if (!center.unsafe || !task.idempotent()) {
            assertThat(effects.get(task.id())).isLessThanOrEqualTo(retry == null ? 3 : retry.maxAttempts());
        }
        String key = task.concurrencyKey();
        if (key != null && task.overlap() != OverlapPolicy.ALLOW) {
            assertThat(bench.executor.running.stream()
                            .map(FakeExecutor.FakeRun::task)
                            .filter(other ->
                                    key.equals(other.concurrencyKey()) && other.overlap() != OverlapPolicy.ALLOW))
                    .as("others with the key of %s", task.id())
                    .isEmpty();
        }
    }

    private void die(Survival survival) {
        disconnect();
        watchJournal();
        if (survival == Survival.ALL && random.nextBoolean()) {
            bench.engine.drain(() -> {});
            bench.engine.stopAll("closing");
            turn();
            bench.engine.close();
            journal.close();
            disk.runAll();
        } else if (random.nextBoolean()) {
            int[] calls = {random.nextInt(12)};
            files.crashWhen(call -> calls[0]-- <= 0); // in the midst of what the disk is at
            disk.runAll();
        }
        files = files.restarted(survival, random);
        Instant wall = bench.clock.instant();
        bench = born();
        bench.clock.setWall(wall.plusMillis(random.nextInt(60_000)));
    }

    private void watchJournal() {
        center.unsafe |= bench.counters.snapshot().containsKey("journal.outages");
    }

    private void turn() {
        if (!slowDisk) {
            for (int i = random.nextInt(4); i > 0; i--) {
                disk.step();
                bench.turn();
            }
        }
        bench.engine.tend();
        bench.turn();
        exchange();
    }

    // ---- the line -------------------------------------------------------------------------------------------------

    private void connect() {
        if (!connected) {
            connected = true;
            bench.book.rewind();
            center.connected();
            bench.engine.connected(true);
        }
    }

    private void disconnect() {
        if (connected) {
            connected = false;
            center.lost();
            bench.engine.connected(false);
        }
    }

    /** Some of what is under way arrives. */
    private void exchange() {
        watchJournal();
        for (int i = random.nextInt(6); connected && i > 0; i--) {
            TaskReport report = bench.book.nextToSend();
            if (report != null) {
                bench.book.sent();
                center.report(report.status(), lives);
            }
            CenterMessage message = center.toAgent.poll();
            if (message instanceof TaskDispatch dispatch) {
                bench.engine.submit(dispatch.request(), TaskOrigin.DISPATCH);
            } else if (message instanceof TaskCancel cancel) {
                bench.engine.cancel(cancel.taskId(), cancel.reason());
            } else if (message instanceof TaskReportAck ack) {
                bench.book.ack(ack.taskId(), ack.revision());
                bench.engine.acked(ack.taskId(), ack.revision());
            }
        }
        bench.turn();
    }

    // ---- what happens ---------------------------------------------------------------------------------------------

    void run() {
        for (int step = 0; step < STEPS; step++) {
            happen();
            turn();
        }
        settle();
        for (String id : center.dispatched.keySet()) {
            check(center.dispatched.get(id));
        }
    }

    private void happen() {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> center.dispatch(request("t" + center.dispatched.size()), connected);
            case 4 ->
                anyTask().stream()
                        .filter(id -> !center.isEnded(id)) // else it would be a task anew
                        .forEach(id -> center.dispatch(center.dispatched.get(id), connected));
            case 5 -> anyTask().forEach(id -> center.cancel(id, connected));
            case 6, 7 -> bench.advance(Duration.ofMillis(random.nextInt(5_000)));
            case 8 -> bench.clock.setWall(bench.clock.instant().plusMillis(random.nextInt(-100_000, 100_000)));
            case 9, 10 -> connect();
            case 11 -> disconnect();
            case 12 -> bench.executor.refusals = random.nextInt(3);
            case 13 -> {
                if (random.nextInt(3) == 0) {
                    die(one(Survival.values()));
                }
            }
            case 14, 15, 16 -> finishOne();
            default -> disk.step();
        }
    }

    private <T> T one(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private List<String> anyTask() {
        List<String> ids = List.copyOf(center.dispatched.keySet());
        return ids.isEmpty() ? List.of() : List.of(ids.get(random.nextInt(ids.size())));
    }

    private void finishOne() {
        if (!bench.executor.running.isEmpty()) {
            bench.executor
                    .running
                    .get(random.nextInt(bench.executor.running.size()))
                    .finish();
        }
    }

    private TaskRequest request(String id) {
        TaskRequest.Builder request = TaskRequest.of("work").id(id).priority(random.nextInt(-3, 4));
        request.idempotent(random.nextBoolean());
        if (random.nextInt(4) == 0) {
            request.deadline(Duration.ofMillis(random.nextInt(1, 60_000)));
        }
        if (random.nextInt(4) == 0) {
            request.lease(Duration.ofMillis(random.nextInt(1, 5_000)));
        }
        if (random.nextInt(3) == 0) {
            request.retry(new RetryPolicy(random.nextInt(1, 4), Duration.ZERO, Duration.ofSeconds(1)));
        }
        if (random.nextInt(3) == 0) {
            request.concurrency("k" + random.nextInt(3), one(OverlapPolicy.values()));
        }
        if (random.nextInt(5) == 0) {
            request.idempotencyKey("w" + random.nextInt(3));
        }
        if (random.nextInt(5) == 0) {
            request.notBefore(bench.clock.instant().plusMillis(random.nextInt(20_000)));
        } else if (random.nextInt(5) == 0) {
            request.notAfter(bench.clock.instant().plusMillis(random.nextInt(20_000)));
        }
        switch (random.nextInt(6)) {
            case 0 -> request.onDisconnect(DisconnectPolicy.finishAttempt());
            case 1 -> request.onDisconnect(DisconnectPolicy.stopAfter(Duration.ofMillis(1 + random.nextInt(30_000))));
            default -> {
                // goes on
            }
        }
        return request.build();
    }

    private TaskResult result() {
        return switch (random.nextInt(5)) {
            case 0, 1 -> TaskResult.succeeded();
            case 2 -> TaskResult.failed("retryable");
            case 3 -> TaskResult.failedForGood("for good");
            default -> new TaskResult.RetryAfter(Duration.ofMillis(random.nextInt(3_000)), "later");
        };
    }

    // ---- the end --------------------------------------------------------------------------------------------------

    /** All is well from now on: everything comes to an end. */
    private void settle() {
        connect();
        for (int i = 0; i < 2_000 && !center.allEnded(); i++) {
            if (i % 200 == 0) {
                disconnect(); // what the agent could not answer is sent again with the next connection
                connect();
            }
            bench.executor.refusals = 0;
            disk.runAll();
            turn();
            finishOne();
            bench.advance(Duration.ofMillis(500));
        }
    }

    private void check(TaskRequest task) {
        assertThat(center.isEnded(task.id()))
                .as(
                        "%s after %s lives has an end: %s; in the last life: %s, %s, journal %s",
                        task,
                        lives,
                        center.historyOf(task.id()),
                        bench.statesOf(task.id()),
                        bench.engine,
                        journal.problem())
                .isTrue();
        if (center.unsafe && task.idempotent()) {
            return; // it may have run, and been forgotten
        }
        TaskState end = center.stateOf(task.id());
        int ran = effects.getOrDefault(task.id(), 0);
        switch (end) {
            case SUCCEEDED, FAILED ->
                assertThat(ran)
                        .as("attempts of %s: %s", task, center.historyOf(task.id()))
                        .isPositive();
            case REFUSED, SKIPPED, EXPIRED ->
                assertThat(ran)
                        .as("attempts of %s: %s", task, center.historyOf(task.id()))
                        .isZero();
            default -> {
                // TIMED_OUT, CANCELLED, INDETERMINATE: before or after it began
            }
        }
    }
}
