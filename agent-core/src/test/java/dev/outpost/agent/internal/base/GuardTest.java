package dev.outpost.agent.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.ManualClock;
import org.junit.jupiter.api.Test;

class GuardTest {

    private final Counters counters = new Counters();
    private final Guard guard = new Guard(counters, new ThrottledLog(new ManualClock()));

    @Test
    void run_thatWorks_answersNull() {
        assertThat(guard.run("part", () -> {})).isNull();
        assertThat(counters.value("user.failures{part}")).isZero();
    }

    @Test
    void run_thatThrowsAnything_answersItAndCounts() {
        Error error = new StackOverflowError();

        assertThat(guard.run("part", () -> {
                    throw error;
                }))
                .isSameAs(error);
        assertThat(counters.value("user.failures{part}")).isEqualTo(1);
    }

    @Test
    void call_valueNullOrThrown_givesValueOrTheOther() {
        assertThat(guard.call("part", () -> "value", "other")).isEqualTo("value");
        assertThat(guard.<String>call("part", () -> null, "other")).isEqualTo("other");
        assertThat(guard.<String>call(
                        "part",
                        () -> {
                            throw new java.io.IOException("on purpose");
                        },
                        "other"))
                .isEqualTo("other");
        assertThat(counters.value("user.failures{part}")).isEqualTo(1);
    }

    @Test
    void run_exceptionThatCannotDescribeItself_goesNoFurther() {
        RuntimeException hostile = new HostileException();

        assertThat(guard.run("part", () -> {
                    throw hostile;
                }))
                .isSameAs(hostile);
        assertThat(Guard.describe(hostile)).isEqualTo(HostileException.class.getName());
    }

    /** A loop whose thread stays interrupted could not park any more. */
    @Test
    void run_onALoop_takesALeftInterruptAway() throws InterruptedException {
        boolean[] left = {true, true};
        Thread loop = AgentThreads.newThread("test", () -> {
            guard.run("part", () -> Thread.currentThread().interrupt());
            left[0] = Thread.currentThread().isInterrupted();
            guard.call("part", this::interruptMyself, "other");
            left[1] = Thread.currentThread().isInterrupted();
        });
        loop.start();
        loop.join();

        assertThat(left).containsExactly(false, false);
    }

    @Test
    void run_onAThreadOfTheHost_keepsItsInterrupt() {
        guard.run("part", () -> Thread.currentThread().interrupt());

        assertThat(Thread.interrupted()).isTrue();
    }

    private String interruptMyself() {
        Thread.currentThread().interrupt();
        return "value";
    }

    private static final class HostileException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no words");
        }
    }
}
