package dev.outpost.center.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.center.store.AgentRecord;
import dev.outpost.center.store.AgentStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link AgentStore} keeps. Extend it, and say how to make the store. */
@Timeout(60)
public abstract class AgentStoreContractTest {

    private static final Instant NOW = Instant.parse("2026-11-22T18:00:00.123Z");

    /** For subclasses. */
    protected AgentStoreContractTest() {}

    /** A store that knows of no agent. */
    protected abstract AgentStore newStore() throws Exception;

    /**
     * The store as the next control center finds it.
     *
     * @param store one of {@link #newStore}, which is not used any more
     * @return by default the same
     */
    protected AgentStore reopened(AgentStore store) throws Exception {
        return store;
    }

    private static AgentRecord agent(String id) {
        return new AgentRecord(id, "i-1", "0.1", Map.of("region", "eu"), List.of("b", "a"), "10.0.0.1", NOW, null);
    }

    @Test
    final void agents_afterPut_areThereAsTheyWere() throws Exception {
        AgentStore store = newStore();
        assertThat(store.agents()).isEmpty();
        store.put(agent("a-1"));
        store.put(agent("ä 2"));
        assertThat(reopened(store).agents()).containsExactlyInAnyOrder(agent("a-1"), agent("ä 2"));
    }

    @Test
    final void put_knownAgent_takesThePlaceOfTheFormer() throws Exception {
        AgentStore store = newStore();
        store.put(agent("a-1"));
        AgentRecord newer = new AgentRecord("a-1", "i-2", "0.2", Map.of(), List.of(), "", NOW.plusSeconds(1), null);
        store.put(newer);
        assertThat(reopened(store).agents()).containsExactly(newer);
    }

    @Test
    final void put_schedules_comeBackAsTheyWere() throws Exception {
        TaskRequest template =
                TaskRequest.of("backup").id("x").argument("what", "all").build();
        ScheduleSet set = new ScheduleSet(
                "v-1",
                List.of(
                        Schedule.of("hourly", Trigger.every(Duration.ofHours(1)), template)
                                .jitter(Duration.ofMinutes(3))
                                .paused()
                                .build(),
                        Schedule.of("once", Trigger.at(NOW), template).build(),
                        Schedule.of("nightly", Trigger.cron("0 3 * * *"), template)
                                .build()));
        AgentStore store = newStore();
        store.put(agent("a-1").with(set));
        ScheduleSet kept = reopened(store).agents().get(0).schedules();
        assertThat(kept).isNotNull();
        assertThat(kept.version()).isEqualTo("v-1");
        assertThat(kept.schedules()).extracting(Schedule::name).containsExactly("hourly", "once", "nightly");
        assertThat(kept.schedules()).extracting(Schedule::template).containsOnly(template);
        assertThat(kept.schedules())
                .extracting(schedule -> schedule.trigger().toString())
                .containsExactlyElementsOf(set.schedules().stream()
                        .map(schedule -> schedule.trigger().toString())
                        .toList());
        assertThat(kept.schedules().get(0).jitter()).isEqualTo(Duration.ofMinutes(3));
        assertThat(kept.schedules()).extracting(Schedule::paused).containsExactly(true, false, false);
    }
}
