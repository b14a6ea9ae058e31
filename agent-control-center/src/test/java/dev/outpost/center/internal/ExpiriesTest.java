package dev.outpost.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.task.TaskRequest;
import dev.outpost.center.store.AgentRecord;
import dev.outpost.center.store.AgentStore;
import dev.outpost.center.store.TaskStore;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExpiriesTest {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private final Workers workers = new Workers(1);
    private final Expiries expiries = new Expiries();
    private final AgentEntry agent = new AgentEntry(
            new AgentRecord("a-1", "", "", Map.of(), List.of(), "", NOON, null),
            new CenterParts(
                    Clock.systemUTC(),
                    workers,
                    new Listeners(List.of(), workers),
                    TaskStore.inMemory(),
                    AgentStore.inMemory(),
                    expiries,
                    new MessageRoom(4 << 20)));

    @AfterEach
    void close() {
        workers.close();
    }

    private DispatchedTask task(Instant notAfter) {
        return new DispatchedTask(
                agent.tasks(), TaskRequest.of("any").notAfter(notAfter).build());
    }

    @Test
    void due_someHavePassed_givesThoseInOrderUntilTheyAreRemoved() {
        DispatchedTask late = task(NOON.plusSeconds(2));
        DispatchedTask early = task(NOON);
        DispatchedTask sameTime = task(NOON);
        List.of(late, early, sameTime, early).forEach(expiries::add);
        assertThat(expiries.size()).isEqualTo(3);
        assertThat(expiries.due(NOON)).isEmpty();
        assertThat(expiries.due(NOON.plusNanos(1))).containsExactly(early, sameTime);
        expiries.remove(early);
        assertThat(expiries.due(NOON.plusSeconds(3))).containsExactly(sameTime, late);
    }

    @Test
    void add_taskThatNeverExpires_isWithoutEffect() {
        DispatchedTask task = task(null);
        expiries.add(task);
        expiries.remove(task);
        assertThat(expiries.size()).isZero();
    }
}
