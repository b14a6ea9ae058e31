package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.store.AgentStore;
import dev.outpost.center.store.TaskRecord;
import dev.outpost.center.store.TaskStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An agent with a journal, links that are cut and control centers that are replaced at random, over one task store: every task
 * comes to one end, the agent runs it at most once, and not at all if the center ended it, and no report is told twice.
 */
@Timeout(60)
class TaskStoreModelTest {

    private static final int STEPS = 250;

    private final TaskStore tasks = TaskStore.inMemory();
    private final AgentStore agents = AgentStore.inMemory();
    private final Queue<TaskStatus> told = new ConcurrentLinkedQueue<>();
    private CenterBench bench;

    @AfterEach
    void close() {
        bench.close();
    }

    private void start() throws Exception {
        bench = new CenterBench();
        bench.builder.taskStore(tasks).agentStore(agents).listener(new CenterListener() {
            @Override
            public void onTaskStatus(AgentInfo agent, TaskStatus status) {
                told.add(status);
            }
        });
        bench.start();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void tasks_cutsAndRestartsAtRandom_endOnce(long seed) throws Exception {
        Random random = new Random(seed);
        start();
        JournalledAgent agent = new JournalledAgent();
        agent.connect(bench);
        List<String> dispatched = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> {
                    String id = "t-" + dispatched.size();
                    dispatched.add(id);
                    Instant notAfter = random.nextInt(3) == 0 ? Instant.now().plusMillis(random.nextInt(30)) : null;
                    bench.center.dispatch(
                            "a-1",
                            TaskRequest.of("any").id(id).notAfter(notAfter).build());
                }
                case 3 -> agent.vanish();
                case 4, 5 -> agent.connect(bench);
                case 6 -> {
                    if (random.nextInt(5) == 0) {
                        agent.forgetLink();
                        bench.close();
                        start();
                    }
                }
                case 7 -> {
                    if (random.nextInt(3) == 0 && !dispatched.isEmpty()) {
                        String id = dispatched.get(random.nextInt(dispatched.size()));
                        bench.center.task("a-1", id).orElseThrow().cancel("at random");
                    }
                }
                case 8, 9 -> agent.work(random);
                default -> agent.hear();
            }
        }
        agent.connect(bench);
        Await.until("all have ended", () -> {
            agent.hear();
            agent.work(random);
            return tasks.open().isEmpty();
        });
        bench.close();
        for (String id : dispatched) {
            TaskRecord record = tasks.task("a-1", id).orElseThrow();
            TaskStatus end = record.status();
            assertThat(end.state().isFinal()).isTrue();
            if (end.revision() == 0) {
                assertThat(agent.known).as("ended by the center").doesNotContainKey(id);
            } else {
                assertThat(agent.known.get(id)).isEqualTo(end);
            }
        }
        assertThat(told.stream().map(status -> status.taskId() + " " + status.revision()))
                .doesNotHaveDuplicates();
    }

    /** Keeps its tasks over connections, and says again what was not acknowledged. */
    private static final class JournalledAgent {

        private final Map<String, TaskStatus> known = new LinkedHashMap<>();
        private final Map<String, TaskStatus> unacknowledged = new LinkedHashMap<>();
        private HandDrivenAgent link;
        private int connections;

        void connect(CenterBench bench) throws InterruptedException {
            if (link == null) {
                String instanceId = "i-" + connections++ / 3; // now and then a new run
                link = bench.connect()
                        .join(new Hello(
                                1,
                                "a-1",
                                instanceId,
                                "test",
                                Map.of(),
                                List.of(),
                                List.of(),
                                List.of(),
                                "journal",
                                ""));
                unacknowledged.values().forEach(status -> link.send(new TaskReport(status)));
            }
        }

        void vanish() {
            if (link != null) {
                link.vanish();
                link = null;
            }
        }

        /** The other side dies. */
        void forgetLink() {
            link = null;
        }

        void hear() {
            try {
                for (CenterMessage next = poll(); next != null; next = poll()) {
                    if (next instanceof TaskDispatch dispatch) {
                        TaskStatus status = known.get(dispatch.request().id());
                        if (status == null) {
                            report(Reports.status(dispatch.request().id(), 1, TaskState.ACCEPTED));
                        } else {
                            report(status);
                        }
                    } else if (next instanceof TaskCancel cancel) {
                        goOn(cancel.taskId(), TaskState.CANCELLED);
                    } else if (next instanceof TaskReportAck ack) {
                        unacknowledged.computeIfPresent(
                                ack.taskId(), (id, status) -> status.revision() <= ack.revision() ? null : status);
                    }
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private CenterMessage poll() throws InterruptedException {
            return link == null ? null : link.poll();
        }

        /** One of the tasks that have not ended goes on. */
        void work(Random random) {
            List<TaskStatus> open = known.values().stream()
                    .filter(status -> !status.state().isFinal())
                    .toList();
            if (!open.isEmpty()) {
                TaskStatus one = open.get(random.nextInt(open.size()));
                goOn(one.taskId(), random.nextBoolean() ? TaskState.RUNNING : TaskState.SUCCEEDED);
            }
        }

        private void goOn(String taskId, TaskState state) {
            TaskStatus before = known.get(taskId);
            assertThat(before).as("what the center cancels it has sent before").isNotNull();
            if (!before.state().isFinal()) {
                report(Reports.status(taskId, before.revision() + 1, state));
            }
        }

        private void report(TaskStatus status) {
            known.put(status.taskId(), status);
            unacknowledged.put(status.taskId(), status);
            if (link != null) {
                link.send(new TaskReport(status));
            }
        }
    }
}
