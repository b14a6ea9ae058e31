package dev.outpost.agent.internal.runtime;

import static dev.outpost.agent.AgentState.CLOSED;
import static dev.outpost.agent.AgentState.DRAINING;
import static dev.outpost.agent.AgentState.NEW;
import static dev.outpost.agent.AgentState.OFFLINE;
import static dev.outpost.agent.AgentState.ONLINE;
import static dev.outpost.agent.AgentState.STARTING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.AgentListener;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.ThrottledLog;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StateHolderTest {

    /** The whole table: where an agent may go from each state. */
    private static final Map<AgentState, Set<AgentState>> WAYS = Map.of(
            NEW, EnumSet.of(STARTING, CLOSED),
            STARTING, EnumSet.of(ONLINE, OFFLINE, DRAINING),
            ONLINE, EnumSet.of(ONLINE, OFFLINE, DRAINING),
            OFFLINE, EnumSet.of(ONLINE, OFFLINE, DRAINING),
            DRAINING, EnumSet.of(CLOSED),
            CLOSED, EnumSet.noneOf(AgentState.class));

    private final List<String> told = new ArrayList<>();
    private final Counters counters = new Counters();
    private final Notifier notifier =
            new Notifier(List.of(new Listening()), new Guard(counters, new ThrottledLog(new ManualClock())), counters);
    private final StateHolder holder = new StateHolder("agent", notifier);

    @ParameterizedTest
    @EnumSource
    void permits_everyPair_isAsInTheTable(AgentState from) {
        for (AgentState to : AgentState.values()) {
            assertThat(from.permits(to))
                    .as("%s to %s", from, to)
                    .isEqualTo(WAYS.getOrDefault(from, Set.of()).contains(to));
        }
    }

    @Test
    void move_alongALife_tellsEveryStepInOrder() throws InterruptedException {
        for (AgentState next : List.of(STARTING, ONLINE, OFFLINE, ONLINE, DRAINING, CLOSED)) {
            assertThat(holder.move(next, "on purpose")).as("to %s", next).isTrue();
            assertThat(holder.get()).isEqualTo(next);
        }

        assertThat(told())
                .containsExactly(
                        "NEW>STARTING",
                        "STARTING>ONLINE",
                        "ONLINE>OFFLINE",
                        "OFFLINE>ONLINE",
                        "ONLINE>DRAINING",
                        "DRAINING>CLOSED");
    }

    @Test
    void move_noSuchWayOrNoChange_leavesAllAsItIs() throws InterruptedException {
        assertThat(holder.move(ONLINE, "too early")).isFalse();
        holder.move(STARTING, "started");
        holder.move(OFFLINE, "no network");
        assertThat(holder.move(OFFLINE, "still none")).isFalse();

        assertThat(holder.get()).isEqualTo(OFFLINE);
        assertThat(told()).containsExactly("NEW>STARTING", "STARTING>OFFLINE");
    }

    @Test
    void degraded_onlyChanges_areTold() throws InterruptedException {
        holder.degraded(Set.of());
        holder.degraded(Set.of("disk"));
        holder.degraded(Set.of("disk"));
        holder.degraded(Set.of());

        assertThat(told()).containsExactly("[disk]", "[]");
    }

    private List<String> told() throws InterruptedException {
        notifier.close();
        assertThat(notifier.awaitEnd(TimeUnit.SECONDS.toNanos(10))).isTrue();
        return told;
    }

    private final class Listening implements AgentListener {
        @Override
        public void onStateChanged(AgentState from, AgentState to, String reason) {
            told.add(from + ">" + to);
        }

        @Override
        public void onDegradedChanged(Set<String> reasons) {
            told.add(reasons.toString());
        }
    }
}
