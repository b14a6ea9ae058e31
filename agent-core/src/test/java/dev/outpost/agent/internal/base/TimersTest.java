package dev.outpost.agent.internal.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.fixture.Cases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TimersTest {

    private final Timers timers = new Timers();
    private final List<String> fired = new ArrayList<>();

    @Test
    void fire_atTheDeadline_runsIt() {
        timers.schedule(100, () -> fired.add("due"));

        assertThat(timers.fire(99)).isZero();
        assertThat(timers.fire(100)).isEqualTo(1);
        assertThat(timers.fire(100)).isZero();
        assertThat(fired).containsExactly("due");
    }

    @Test
    void fire_equalDeadlines_runInTheOrderOfScheduling() {
        for (int i = 0; i < 20; i++) {
            String name = "t" + i;
            timers.schedule(5, () -> fired.add(name));
        }

        timers.fire(5);

        assertThat(fired).hasSize(20).isSortedAccordingTo(Comparator.comparingInt(name -> number(name)));
    }

    @Test
    void fire_moreDueThanMayRun_leavesTheLaterOnes() {
        timers.schedule(2, () -> fired.add("second"));
        timers.schedule(1, () -> fired.add("first"));
        timers.schedule(3, () -> fired.add("third"));

        assertThat(timers.fire(10, 2)).isEqualTo(2);
        assertThat(fired).containsExactly("first", "second");
        assertThat(timers.nanosToNext(10)).isZero();
        assertThat(timers.fire(10, 2)).isEqualTo(1);
    }

    @Test
    void fire_commandThatSchedulesItselfAtOnce_doesNotRunForEver() {
        timers.schedule(0, this::again);

        assertThat(timers.fire(0)).isEqualTo(1);
        assertThat(timers.fire(0)).isEqualTo(1);
    }

    private void again() {
        timers.schedule(0, this::again);
    }

    @Test
    void fire_commandThatThrows_isGoneAndTheOthersStay() {
        timers.schedule(1, () -> {
            throw new IllegalStateException("on purpose");
        });
        timers.schedule(1, () -> fired.add("second"));

        assertThatThrownBy(() -> timers.fire(1)).hasMessage("on purpose");
        timers.fire(1);

        assertThat(fired).containsExactly("second");
        assertThat(timers.size()).isZero();
    }

    @Test
    void cancel_firedCancelledOrNull_isWithoutEffect() {
        Timers.Timer first = timers.schedule(1, () -> fired.add("first"));
        Timers.Timer second = timers.schedule(2, () -> fired.add("second"));
        timers.fire(1);
        timers.cancel(first);
        timers.cancel(null);
        timers.cancel(second);
        timers.cancel(second);

        assertThat(timers.fire(10)).isZero();
        assertThat(fired).containsExactly("first");
    }

    @Test
    void cancel_byACommandOfTheSameMoment_prevents() {
        List<Timers.Timer> second = new ArrayList<>();
        timers.schedule(1, () -> timers.cancel(second.get(0)));
        second.add(timers.schedule(1, () -> fired.add("second")));

        timers.fire(1);

        assertThat(fired).isEmpty();
    }

    @Test
    void nanosToNext_noneDueAndLater_saysHowLong() {
        assertThat(timers.nanosToNext(7)).isEqualTo(Long.MAX_VALUE);
        timers.schedule(Long.MIN_VALUE + 10, () -> {});

        assertThat(timers.nanosToNext(Long.MAX_VALUE - 10)).isEqualTo(21);
        assertThat(timers.nanosToNext(Long.MIN_VALUE + 11)).isZero();
    }

    @Test
    void schedule_endlessDelay_doesNotStandInTheWayOfOthers() {
        timers.schedule(1_000, Duration.ofNanos(Long.MAX_VALUE), () -> fired.add("never"));
        timers.schedule(1_000, Duration.ofSeconds(Long.MAX_VALUE), () -> fired.add("never"));
        timers.schedule(1_000, Duration.ofSeconds(Long.MIN_VALUE), () -> fired.add("past"));
        timers.schedule(999, () -> fired.add("due"));

        timers.fire(1_000);

        assertThat(fired).containsExactly("due", "past");
    }

    @Test
    void randomOperations_behaveAsASortedList() {
        Cases.check(2_000, random -> new Model(random).run(200));
    }

    private static int number(String name) {
        return Integer.parseInt(name.substring(1));
    }

    /** Timers beside a list that is searched from end to end, both starting anywhere on the circle of monotonic time. */
    private static final class Model {
        private final SplittableRandom random;
        private final Timers timers = new Timers();
        private final List<Expected> expected = new ArrayList<>();
        private final List<Integer> firedNumbers = new ArrayList<>();
        private long now;
        private int nextNumber;

        private record Expected(long deadline, int number, Timers.Timer timer) {}

        Model(SplittableRandom random) {
            this.random = random;
            this.now = random.nextBoolean() ? Long.MAX_VALUE - random.nextInt(1_000) : random.nextLong();
        }

        void run(int steps) {
            for (int i = 0; i < steps; i++) {
                switch (random.nextInt(5)) {
                    case 0, 1 -> schedule();
                    case 2 -> cancel();
                    case 3 -> now += random.nextInt(50);
                    default -> fire();
                }
                assertThat(timers.size()).isEqualTo(expected.size());
                assertThat(timers.nanosToNext(now)).isEqualTo(nanosToNext());
            }
        }

        private void schedule() {
            long deadline = now + random.nextInt(-20, 100);
            int number = nextNumber++;
            expected.add(new Expected(deadline, number, timers.schedule(deadline, () -> firedNumbers.add(number))));
        }

        private void cancel() {
            if (!expected.isEmpty()) {
                timers.cancel(expected.remove(random.nextInt(expected.size())).timer());
            }
        }

        private void fire() {
            List<Integer> due = expected.stream()
                    .filter(each -> each.deadline() - now <= 0)
                    .sorted(Comparator.<Expected>comparingLong(each -> each.deadline() - now)
                            .thenComparingInt(Expected::number))
                    .map(Expected::number)
                    .toList();
            expected.removeIf(each -> each.deadline() - now <= 0);
            firedNumbers.clear();

            assertThat(timers.fire(now)).isEqualTo(due.size());
            assertThat(firedNumbers).isEqualTo(due);
        }

        private long nanosToNext() {
            return expected.stream()
                    .mapToLong(each -> Math.max(0, each.deadline() - now))
                    .min()
                    .orElse(Long.MAX_VALUE);
        }
    }
}
