package dev.outpost.agent.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.Cases;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Random operations on a {@link TaskEngine}: whatever happens, every task tells a story that its states permit. */
class TaskEngineModelTest {

    @Test
    void randomOperations_everyTaskEndsOnceByPermittedSteps() {
        Cases.check(1_000, random -> new Model(random).run());
    }

    private static final class Model {
        private final SplittableRandom random;
        private final EngineBench bench;
        private final int slots;
        private int tasks;
        private int checked;
        private final Map<String, TaskStatus> newest = new HashMap<>();

        Model(SplittableRandom random) {
            this.random = random;
            slots = random.nextInt(1, 4);
            bench = new EngineBench(slots, random.split());
            bench.handler = (task, context) -> result();
        }

        void run() {
            for (int step = 0; step < 150; step++) {
                operate();
                bench.turn();
                check();
            }
            endEverything();
        }

        private void operate() {
            switch (random.nextInt(8)) {
                case 0, 1 -> bench.engine.submit(request("t" + tasks++), TaskOrigin.HOST);
                case 2 -> bench.engine.submit(request("t" + random.nextInt(tasks + 1)), TaskOrigin.HOST);
                case 3 -> bench.engine.cancel("t" + random.nextInt(tasks + 1), "asked");
                case 4 -> bench.advance(Duration.ofMillis(random.nextInt(5_000)));
                case 5 -> bench.executor.refusals = random.nextInt(3);
                default -> {
                    if (!bench.executor.running.isEmpty()) {
                        bench.executor
                                .running
                                .get(random.nextInt(bench.executor.running.size()))
                                .finish();
                    }
                }
            }
        }

        private TaskRequest request(String id) {
            TaskRequest.Builder request = EngineBench.request(id).priority(random.nextInt(-3, 4));
            if (random.nextInt(3) == 0) {
                request.deadline(Duration.ofMillis(random.nextInt(1, 20_000)));
            }
            if (random.nextInt(3) == 0) {
                request.attemptTimeout(Duration.ofMillis(random.nextInt(1, 5_000)));
            }
            if (random.nextBoolean()) {
                request.retry(new RetryPolicy(random.nextInt(1, 4), Duration.ZERO, Duration.ofSeconds(1)));
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

        private void check() {
            for (; checked < bench.reports.size(); checked++) {
                TaskStatus next = bench.reports.get(checked);
                TaskStatus last = newest.put(next.taskId(), next);
                // A refused task was never accepted: sent again, it begins anew.
                if (last == null || last.state() == TaskState.REFUSED) {
                    assertThat(next.state()).isIn(TaskState.ACCEPTED, TaskState.REFUSED);
                    continue;
                }
                assertThat(next.revision())
                        .as("revision of %s after %s", next, last)
                        .isGreaterThan(last.revision());
                assertThat(follows(last.state(), next.state()))
                        .as("%s after %s", next, last)
                        .isTrue();
            }
            assertThat(bench.engine.runningCount()).isBetween(0, slots);
            assertThat(bench.executor.running.size()).isLessThanOrEqualTo(slots);
            assertThat(bench.engine.runningCount())
                    .as("running attempts")
                    .isEqualTo(count(TaskState.RUNNING) + count(TaskState.CANCELLING));
        }

        /** A duplicate is answered with the present state again; waiting for a slot after a retry is not reported. */
        private static boolean follows(TaskState last, TaskState next) {
            return (last == next && !last.isFinal())
                    || last.permits(next)
                    || (last.permits(TaskState.QUEUED) && TaskState.QUEUED.permits(next));
        }

        private int count(TaskState state) {
            return (int) newest.values().stream()
                    .filter(status -> status.state() == state)
                    .count();
        }

        private void endEverything() {
            boolean[] idle = {false};
            bench.engine.drain(() -> idle[0] = true);
            bench.engine.stopAll("closing");
            bench.turn();
            bench.advance(EngineBench.GRACE);
            check();

            assertThat(idle[0]).as("drained").isTrue();
            assertThat(newest.values()).allMatch(status -> status.state().isFinal());
            assertThat(bench.engine.queuedCount() + bench.engine.runningCount()).isZero();
            bench.advance(Duration.ofMinutes(2));
            assertThat(bench.timers.size()).as("timers left behind").isZero();
        }
    }
}
