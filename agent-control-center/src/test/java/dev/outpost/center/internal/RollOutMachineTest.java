package dev.outpost.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.task.TaskState;
import dev.outpost.center.RollOutPlan;
import dev.outpost.center.RollOutStatus;
import dev.outpost.center.RollOutStatus.State;
import dev.outpost.center.internal.RollOutMachine.Orders;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The decisions of a roll-out, on a clock that the test reads to it. */
class RollOutMachineTest {

    private static final List<String> TEN =
            IntStream.range(0, 10).mapToObj(i -> "a-" + i).toList();

    private static RollOutMachine machine(RollOutPlan.Builder plan) {
        return new RollOutMachine("r-1", plan.build(), TEN);
    }

    private static void end(RollOutMachine machine, long now, TaskState state, int... agents) {
        for (int agent : agents) {
            assertThat(machine.reported(now, "a-" + agent, state)).isEqualTo(Orders.NONE);
        }
    }

    @Test
    void stages_allSucceed_goFromCanaryToAll() {
        RollOutMachine machine = machine(RollOutPlan.canary(1).percent(25).percent(50));
        assertThat(machine.start(0).begin()).containsExactly("a-0");
        assertThat(machine.reported(1, "a-0", TaskState.SUCCEEDED).begin()).containsExactly("a-1", "a-2");
        end(machine, 2, TaskState.SUCCEEDED, 1);
        assertThat(machine.reported(2, "a-2", TaskState.SUCCEEDED).begin()).containsExactly("a-3", "a-4");
        end(machine, 3, TaskState.SUCCEEDED, 4);
        assertThat(machine.reported(3, "a-3", TaskState.SUCCEEDED).begin()).hasSize(5);
        end(machine, 4, TaskState.SUCCEEDED, 5, 6, 7, 8);
        assertThat(machine.status().state()).isEqualTo(State.RUNNING);
        end(machine, 4, TaskState.SUCCEEDED, 9);
        RollOutStatus status = machine.status();
        assertThat(status.state()).isEqualTo(State.COMPLETED);
        assertThat(status.stage()).isEqualTo(4);
        assertThat(status.stages()).isEqualTo(4);
        assertThat(status.counts().in(TaskState.SUCCEEDED)).isEqualTo(10);
    }

    @Test
    void stages_noAgents_isCompletedAtOnce() {
        RollOutMachine machine = new RollOutMachine("r-1", RollOutPlan.canary(1).build(), List.of());
        assertThat(machine.start(0)).isEqualTo(Orders.NONE);
        assertThat(machine.status().state()).isEqualTo(State.COMPLETED);
    }

    @Test
    void stages_oneThatAddsNobody_isLeftOut() {
        RollOutMachine machine = machine(RollOutPlan.canary(3).percent(10).percent(30));
        assertThat(machine.start(0).begin()).hasSize(3);
        end(machine, 1, TaskState.SUCCEEDED, 0, 1);
        assertThat(machine.reported(1, "a-2", TaskState.SUCCEEDED).begin()).hasSize(7);
        assertThat(machine.status().stage()).isEqualTo(4);
    }

    @Test
    void soak_betweenStages_isWaitedFor() {
        RollOutMachine machine = machine(RollOutPlan.canary(1).soak(Duration.ofNanos(100)));
        machine.start(0);
        end(machine, 7, TaskState.SUCCEEDED, 0);
        assertThat(machine.status().state()).isEqualTo(State.SOAKING);
        assertThat(machine.wake()).isEqualTo(OptionalLong.of(107));
        assertThat(machine.tick(106)).isEqualTo(Orders.NONE);
        assertThat(machine.tick(107).begin()).hasSize(9);
    }

    @Test
    void failure_noLimitIsSet_theFirstStops() {
        RollOutMachine machine = machine(RollOutPlan.canary(2));
        machine.start(0);
        end(machine, 1, TaskState.FAILED, 1);
        assertThat(machine.status().state()).isEqualTo(State.STOPPED);
        assertThat(machine.status().reason()).isEqualTo("1 failures; allowed are 0");
        end(machine, 2, TaskState.SUCCEEDED, 0);
        assertThat(machine.status().counts().ended()).isEqualTo(2);
        assertThat(machine.status().state()).isEqualTo(State.STOPPED);
    }

    @Test
    void failureRate_beforeEnoughHaveEnded_isNotLookedAt() {
        RollOutMachine machine = machine(RollOutPlan.canary(5).mostFailureRate(0.4, 4));
        machine.start(0);
        end(machine, 1, TaskState.TIMED_OUT, 0, 1);
        end(machine, 1, TaskState.SUCCEEDED, 2);
        assertThat(machine.status().state()).isEqualTo(State.RUNNING);
        end(machine, 1, TaskState.SUCCEEDED, 3);
        assertThat(machine.status().state()).isEqualTo(State.STOPPED);
        assertThat(machine.status().reason()).isEqualTo("2 failures among 4 ends; allowed is a rate of 0.4");
    }

    @Test
    void tasksThatNeverBegan_areNoFailures() {
        RollOutMachine machine = machine(RollOutPlan.canary(2));
        machine.start(0);
        end(machine, 1, TaskState.EXPIRED, 0);
        assertThat(machine.reported(1, "a-1", TaskState.SKIPPED).begin()).hasSize(8);
    }

    @Test
    void stageTimeout_passes_stopsAndCancelsIfAskedTo() {
        RollOutMachine machine =
                machine(RollOutPlan.canary(1).stageTimeout(Duration.ofNanos(50)).cancelOnStop());
        machine.start(0);
        assertThat(machine.wake()).isEqualTo(OptionalLong.of(50));
        assertThat(machine.tick(50)).isEqualTo(new Orders(List.of(), true));
        assertThat(machine.status().reason()).isEqualTo("stage 1 took longer than PT0.00000005S");
    }

    @Test
    void pause_duringAStage_holdsTheNextOneBackAndStopsTheTimeout() {
        RollOutMachine machine = machine(RollOutPlan.canary(1).stageTimeout(Duration.ofNanos(50)));
        machine.start(0);
        machine.pause(10);
        assertThat(machine.wake()).isEmpty();
        assertThat(machine.tick(1_000)).isEqualTo(Orders.NONE);
        assertThat(machine.resume(1_000)).isEqualTo(Orders.NONE);
        assertThat(machine.wake()).isEqualTo(OptionalLong.of(1_040));
        machine.pause(1_001);
        end(machine, 1_002, TaskState.SUCCEEDED, 0);
        assertThat(machine.status().paused()).isTrue();
        assertThat(machine.resume(1_003).begin()).hasSize(9);
    }

    @Test
    void stop_byHand_beginsNothingFurtherAndCancelsIfAskedTo() {
        RollOutMachine machine = machine(RollOutPlan.canary(1));
        machine.start(0);
        assertThat(machine.stop("wrong version", false)).isEqualTo(Orders.NONE);
        end(machine, 1, TaskState.SUCCEEDED, 0);
        assertThat(machine.status().reason()).isEqualTo("wrong version");
        assertThat(machine.stop("now really", true)).isEqualTo(new Orders(List.of(), true));
        assertThat(machine.status().reason()).isEqualTo("wrong version");
    }
}
