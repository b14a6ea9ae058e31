package dev.outpost.center.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.task.DisconnectPolicy;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.store.TaskRecord;
import dev.outpost.center.store.TaskStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link TaskStore} keeps. Extend it, and say how to make the store. */
@Timeout(60)
public abstract class TaskStoreContractTest {

    private static final Instant NOW = Instant.parse("2026-11-22T18:00:00.123Z");

    /** For subclasses. */
    protected TaskStoreContractTest() {}

    /** A store that knows of no task. */
    protected abstract TaskStore newStore() throws Exception;

    /**
     * The store as the next control center finds it.
     *
     * @param store one of {@link #newStore}, which is not used any more
     * @return by default the same
     */
    protected TaskStore reopened(TaskStore store) throws Exception {
        return store;
    }

    private static TaskRecord dispatched(String agentId, String taskId, int second) {
        TaskRequest request = TaskRequest.of("backup").id(taskId).build();
        return TaskRecord.dispatched(agentId, request, NOW.plusSeconds(second), false);
    }

    private static TaskStatus status(String taskId, long revision, TaskState state) {
        return new TaskStatus(taskId, "backup", revision, state, 1, 5, "", Map.of(), 0, null, TaskOrigin.DISPATCH);
    }

    @Test
    final void add_unknownTask_isThereAndOpen() throws Exception {
        TaskStore store = newStore();
        TaskRecord record = dispatched("a-1", "t-1", 0);
        assertThat(store.add(record)).isEmpty();
        TaskStore next = reopened(store);
        assertThat(next.task("a-1", "t-1")).contains(record);
        assertThat(next.tasks("a-1")).containsExactly(record);
        assertThat(next.open()).containsExactly(record);
    }

    @Test
    final void add_knownTask_givesTheOneThatIsThereAndLeavesIt() throws Exception {
        TaskStore store = newStore();
        TaskRecord first = dispatched("a-1", "t-1", 0).asSent();
        store.add(first);
        assertThat(store.add(dispatched("a-1", "t-1", 9))).contains(first);
        assertThat(store.task("a-1", "t-1")).contains(first);
        TaskRecord ended = first.reported(status("t-1", 3, TaskState.SUCCEEDED), "j-1");
        store.put(ended);
        assertThat(store.add(dispatched("a-1", "t-1", 9))).contains(ended);
    }

    @Test
    final void add_sameTaskIdOfTwoAgents_areTwoTasks() throws Exception {
        TaskStore store = newStore();
        store.add(dispatched("a-1", "t-1", 0));
        assertThat(store.add(dispatched("a-2", "t-1", 1))).isEmpty();
        assertThat(store.tasks("a-1")).containsExactly(dispatched("a-1", "t-1", 0));
        assertThat(store.tasks("a-2")).containsExactly(dispatched("a-2", "t-1", 1));
        assertThat(store.task("a-3", "t-1")).isEmpty();
        assertThat(store.tasks("a-3")).isEmpty();
    }

    @Test
    final void put_everyField_comesBackAsItWas() throws Exception {
        TaskStore store = newStore();
        TaskRequest request = TaskRequest.of("backup")
                .id("t/1 ä")
                .argument("what", "\"quotes\", 漢字 and \uD83D\uDE80")
                .argument("empty", "")
                .attemptTimeout(Duration.ofSeconds(3))
                .deadline(Duration.ofHours(1))
                .lease(Duration.ofMillis(1500))
                .retry(new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofSeconds(9)))
                .priority(-7)
                .idempotent()
                .idempotencyKey("once")
                .concurrency("disk", OverlapPolicy.SKIP)
                .notBefore(NOW)
                .notAfter(NOW.plusSeconds(60))
                .onDisconnect(DisconnectPolicy.goOn())
                .parent("roll-out")
                .traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .build();
        TaskStatus status = new TaskStatus(
                "t/1 ä",
                "backup",
                Long.MAX_VALUE,
                TaskState.RETRY_WAIT,
                2,
                1_795_370_400_123_456_789L,
                "disk full\nagain",
                Map.of("bytes", "12"),
                0.5,
                Duration.ofMillis(1_500),
                TaskOrigin.DISPATCH);
        TaskRecord record = new TaskRecord("a 1", "t/1 ä", request, NOW, true, "not needed", status, "j-1");
        store.put(record);
        assertThat(reopened(store).task("a 1", "t/1 ä")).contains(record);
    }

    @Test
    final void put_ended_isHistoryAndNotOpen() throws Exception {
        TaskStore store = newStore();
        TaskRecord first = dispatched("a-1", "t-1", 0);
        TaskRecord second = dispatched("a-1", "t-2", 1);
        store.add(first);
        store.add(second);
        TaskRecord ended = first.asSent().reported(status("t-1", 4, TaskState.FAILED), "j-1");
        store.put(ended);
        TaskStore next = reopened(store);
        assertThat(next.open()).containsExactly(second);
        assertThat(next.tasks("a-1")).containsExactly(ended, second);
    }

    @Test
    final void put_endedTaskDispatchedAnew_isOpenAgain() throws Exception {
        TaskStore store = newStore();
        store.put(dispatched("a-1", "t-1", 0).reported(status("t-1", 1, TaskState.REFUSED), "j-1"));
        TaskRecord anew = dispatched("a-1", "t-1", 5);
        store.put(anew);
        assertThat(store.open()).containsExactly(anew);
        assertThat(store.tasks("a-1")).containsExactly(anew);
    }

    @Test
    final void put_taskOfTheAgentsOwn_isKnownAndNeverOpen() throws Exception {
        TaskStore store = newStore();
        TaskRecord own = TaskRecord.own("a-1", status("schedule/x/1", 1, TaskState.RUNNING), "j-1", NOW);
        store.put(own);
        assertThat(store.task("a-1", "schedule/x/1")).contains(own);
        assertThat(store.tasks("a-1")).containsExactly(own);
        assertThat(store.open()).isEmpty();
    }

    @Test
    final void open_manyTasks_areInTheOrderOfTheirDispatchPerAgent() throws Exception {
        TaskStore store = newStore();
        List<TaskRecord> ofOne = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            TaskRecord record = dispatched("a-1", "t-" + (i * 37 % 50), 0); // the same instant for all
            ofOne.add(record);
            store.add(record);
            store.add(dispatched("a-2", "t-" + i, i));
        }
        TaskRecord changed = ofOne.get(7).asSent();
        store.put(changed);
        ofOne.set(7, changed);
        List<TaskRecord> open = reopened(store).open();
        assertThat(open).hasSize(100);
        assertThat(open.stream().filter(task -> task.agentId().equals("a-1"))).containsExactlyElementsOf(ofOne);
    }

    @Test
    final void calls_ofManyAgentsAtOnce_doNotDisturbEachOther() throws Exception {
        TaskStore store = newStore();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int agent = 0; agent < 4; agent++) {
                String agentId = "a-" + agent;
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 100; i++) {
                        TaskRecord record = dispatched(agentId, "t-" + i, i);
                        store.add(record);
                        if (i % 2 == 0) {
                            store.put(record.reported(status("t-" + i, 1, TaskState.SUCCEEDED), "j-1"));
                        }
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get(50, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(store.open()).hasSize(200);
        for (int agent = 0; agent < 4; agent++) {
            assertThat(store.tasks("a-" + agent)).hasSize(100);
        }
    }
}
