package dev.outpost.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.task.TaskState;
import dev.outpost.center.RollOutPlan;
import dev.outpost.center.RollOutStatus.State;
import dev.outpost.center.internal.RollOutMachine.Orders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Random plans, agents that end at random, pauses, and time that passes: no stage begins too much, none begins after a limit was
 * passed, and every agent begins at most once, and exactly once when the roll-out completes.
 */
class RollOutPropertyTest {

    private static final int RUNS = 2_000;
    private static final TaskState[] STATES = TaskState.values();

    @Test
    void rollOut_randomInputs_keepsItsPromises() {
        for (long seed = 1; seed <= RUNS; seed++) {
            try {
                run(new Random(seed));
            } catch (Throwable t) {
                throw new AssertionError("seed " + seed, t);
            }
        }
    }

    private static RollOutPlan plan(Random random) {
        RollOutPlan.Builder plan = RollOutPlan.canary(1 + random.nextInt(5));
        for (int i = random.nextInt(4); i > 0; i--) {
            plan.percent(1 + random.nextInt(100));
        }
        if (random.nextBoolean()) {
            plan.soak(Duration.ofNanos(random.nextInt(50)));
        }
        if (random.nextInt(4) == 0) {
            plan.stageTimeout(Duration.ofNanos(1 + random.nextInt(500)));
        }
        if (random.nextBoolean()) {
            plan.mostFailureRate(random.nextDouble(), 1 + random.nextInt(10));
        }
        if (random.nextBoolean()) {
            plan.mostFailures(random.nextInt(10));
        }
        return plan.build();
    }

    private static void run(Random random) {
        RollOutPlan plan = plan(random);
        List<String> agents =
                IntStream.range(0, random.nextInt(40)).mapToObj(i -> "a-" + i).toList();
        RollOutMachine machine = new RollOutMachine("r", plan, agents);
        Set<String> begun = new LinkedHashSet<>();
        List<String> underWay = new ArrayList<>();
        int failures = 0;
        int ended = 0;
        long now = 0;
        double chanceOfFailure = random.nextDouble() * 0.3;
        Orders orders = machine.start(now);
        for (int step = 0; step < 3_000 && !machine.status().state().isFinal(); step++) {
            boolean exceeded = failures > plan.mostFailures()
                    || (ended >= plan.leastEnded() && failures > plan.mostFailureRate() * ended);
            if (!orders.begin().isEmpty()) {
                assertThat(exceeded).as("a limit was passed, and a stage began").isFalse();
                assertThat(underWay).as("those of the stage before").isEmpty();
                assertThat(machine.status().paused()).isFalse();
                int stage = machine.status().stage();
                int upTo = stage > plan.stages().size()
                        ? agents.size()
                        : plan.stages().get(stage - 1).upTo(agents.size());
                for (String agent : orders.begin()) {
                    assertThat(begun.add(agent)).as(agent + " begins once").isTrue();
                }
                underWay.addAll(orders.begin());
                assertThat(begun).hasSizeLessThanOrEqualTo(upTo);
                assertThat(machine.status().begun()).isEqualTo(begun.size());
            }
            now += random.nextInt(20);
            switch (random.nextInt(8)) {
                case 0 -> orders = machine.tick(now);
                case 1 -> orders = random.nextInt(5) == 0 ? machine.pause(now) : machine.resume(now);
                case 2 -> {
                    now = Math.max(now, machine.wake().orElse(now));
                    orders = machine.tick(now);
                }
                default -> {
                    if (underWay.isEmpty()) {
                        orders = machine.tick(now);
                        break;
                    }
                    String agent = underWay.get(random.nextInt(underWay.size()));
                    TaskState state = random.nextDouble() < chanceOfFailure
                            ? TaskState.FAILED
                            : random.nextInt(3) == 0 ? STATES[random.nextInt(STATES.length)] : TaskState.SUCCEEDED;
                    if (state.isFinal()) {
                        underWay.remove(agent);
                        ended++;
                        failures += switch (state) {
                            case SUCCEEDED, SKIPPED, EXPIRED -> 0;
                            default -> 1;
                        };
                    }
                    orders = machine.reported(now, agent, state);
                    Orders again = machine.reported(now, agent, state);
                    assertThat(again).as("the same report again").isEqualTo(Orders.NONE);
                }
            }
        }
        State end = machine.status().state();
        if (end == State.COMPLETED) {
            assertThat(begun).containsExactlyElementsOf(agents);
            assertThat(machine.status().counts().ended()).isEqualTo(agents.size());
        }
        assertThat(machine.status().counts().ended()).isEqualTo(ended);
        assertThat(end.isFinal()).as("comes to an end").isTrue();
    }
}
