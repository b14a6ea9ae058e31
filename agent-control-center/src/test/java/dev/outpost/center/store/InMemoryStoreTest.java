package dev.outpost.center.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.contract.AgentStoreContractTest;
import dev.outpost.center.contract.TaskStoreContractTest;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The stores in memory: the contracts, and their bounds. */
class InMemoryStoreTest {

    @Nested
    class Tasks extends TaskStoreContractTest {
        @Override
        protected TaskStore newStore() {
            return TaskStore.inMemory();
        }
    }

    @Nested
    class Agents extends AgentStoreContractTest {
        @Override
        protected AgentStore newStore() {
            return AgentStore.inMemory();
        }
    }

    private static TaskRecord ended(String agentId, String taskId, int chars) {
        TaskStatus status = new TaskStatus(
                taskId, "x", 1, TaskState.SUCCEEDED, 1, 0, "x".repeat(chars), Map.of(), 0, null, TaskOrigin.DISPATCH);
        return TaskRecord.own(agentId, status, "j-1", Instant.EPOCH);
    }

    private static TaskRecord open(String agentId, String taskId) {
        return TaskRecord.dispatched(agentId, TaskRequest.of("x").id(taskId).build(), Instant.EPOCH, false);
    }

    @Test
    void put_moreOfAnAgentThanItKeeps_forgetsItsOldestAndNoOpenOne() {
        TaskStore store = new InMemoryTaskStore(2, 100, 1_000);
        store.add(open("a-1", "open"));
        store.put(ended("a-2", "other", 1));
        for (int i = 1; i <= 4; i++) {
            store.put(ended("a-1", "t-" + i, 1));
        }
        assertThat(store.tasks("a-1")).extracting(TaskRecord::taskId).containsExactlyInAnyOrder("open", "t-3", "t-4");
        assertThat(store.tasks("a-2")).hasSize(1);
    }

    @Test
    void put_moreOfAllThanItKeeps_forgetsTheOldestOfAll() {
        TaskStore store = new InMemoryTaskStore(100, 3, 1_000);
        for (int i = 1; i <= 5; i++) {
            store.put(ended("a-" + i, "t", 1));
        }
        store.put(ended("a-3", "t", 2)); // newer now than those of 4 and 5
        store.put(ended("a-6", "t", 1));
        assertThat(store.task("a-4", "t")).isEmpty();
        assertThat(store.task("a-3", "t")).contains(ended("a-3", "t", 2));
        assertThat(store.task("a-5", "t")).isPresent();
        assertThat(store.task("a-6", "t")).isPresent();
    }

    @Test
    void put_moreCharactersThanItKeeps_forgetsTheOldest() {
        TaskStore store = new InMemoryTaskStore(100, 100, 1_000);
        store.put(ended("a-1", "t-1", 400));
        store.put(ended("a-1", "t-2", 400));
        store.put(ended("a-1", "t-3", 400));
        assertThat(store.tasks("a-1")).extracting(TaskRecord::taskId).containsExactly("t-2", "t-3");
        store.put(ended("a-1", "t-4", 5_000)); // the newest stays, whatever it takes
        assertThat(store.tasks("a-1")).extracting(TaskRecord::taskId).containsExactly("t-4");
    }
}
