package dev.outpost.agent.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.NoWaiting;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Inbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventInboxTest {

    private final Counters counters = new Counters();
    private final Inbox inbox = new Inbox(4_096, new NoWaiting());
    private final List<String> taken = new ArrayList<>();
    private final EventInbox events = new EventInbox(inbox, counters, event -> taken.add(event.type()));

    @Test
    void emit_moreThanMayWait_leavesRoomInTheInboxForOthers() {
        for (int i = 0; i < 1_024; i++) {
            assertThat(events.emit(new Event("e" + i, Map.of()), true)).isTrue();
        }

        assertThat(events.emit(new Event("one too many", Map.of()), true)).isFalse();
        assertThat(inbox.tryPost(() -> taken.add("another's"))).isTrue();
        assertThat(counters.value("events.dropped{inbox_full}")).isEqualTo(1);

        while (inbox.drain() > 0) {
            assertThat(taken).doesNotContain("one too many");
        }
        assertThat(taken).hasSize(1_025).startsWith("e0", "e1", "e2").endsWith("another's");
        assertThat(events.emit(new Event("again", Map.of()), true)).isTrue();
    }

    @Test
    void emit_loopHasEnded_isDropped() {
        inbox.close();

        assertThat(events.emit(new Event("late", Map.of()), true)).isFalse();
        assertThat(counters.value("events.dropped{inbox_full}")).isEqualTo(1);
    }
}
