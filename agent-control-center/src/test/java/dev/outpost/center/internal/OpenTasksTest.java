package dev.outpost.center.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.task.TaskRequest;
import dev.outpost.center.CenterException;
import dev.outpost.center.store.AgentRecord;
import dev.outpost.center.store.AgentStore;
import dev.outpost.center.store.TaskStore;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenTasksTest {

    private final Workers workers = new Workers(1);
    private final AgentEntry agent = new AgentEntry(
            new AgentRecord("a-1", "", "", Map.of(), List.of(), "", Instant.EPOCH, null),
            new CenterParts(
                    Clock.systemUTC(),
                    workers,
                    new Listeners(List.of(), workers),
                    TaskStore.inMemory(),
                    AgentStore.inMemory(),
                    new Expiries(),
                    new MessageRoom(4 << 20)));
    private final OpenTasks open = new OpenTasks("a-1");

    @AfterEach
    void close() {
        workers.close();
    }

    private DispatchedTask task(String id) {
        return new DispatchedTask(agent.tasks(), TaskRequest.of("any").id(id).build());
    }

    @Test
    void addNew_oneOfTheNameIsThere_staysAndIsGiven() {
        DispatchedTask first = task("t-1");
        assertThat(open.addNew(first)).isNull();
        assertThat(open.addNew(task("t-1"))).isSameAs(first);
        assertThat(open.addStored(task("t-1"))).isSameAs(first);
        assertThat(open.all()).containsExactly(first);
        assertThat(open.get("t-1")).isSameAs(first);
    }

    @Test
    void remove_anotherOfTheName_isWithoutEffect() {
        DispatchedTask first = task("t-1");
        open.addNew(first);
        open.remove(task("t-1"));
        assertThat(open.get("t-1")).isSameAs(first);
        open.remove(first);
        assertThat(open.get("t-1")).isNull();
    }

    @Test
    void addNew_tooMany_throwsAndTakesThoseOfTheStoreStill() {
        for (int i = 0; i < 10_000; i++) {
            open.addNew(task("t-" + i));
        }
        assertThatThrownBy(() -> open.addNew(task("new")))
                .isInstanceOf(CenterException.class)
                .hasMessage("agent 'a-1' has 10000 tasks that have not ended");
        assertThat(open.addNew(task("t-7"))).isSameAs(open.get("t-7"));
        assertThat(open.addStored(task("stored"))).isNull();
        assertThat(open.all()).hasSize(10_001);
    }
}
