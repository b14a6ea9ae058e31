package dev.outpost.agent.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.ManualClock;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoopThreadTest {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(9);

    private final ThrottledLog log = new ThrottledLog(new ManualClock());
    private final PrintStream standardError = System.err;

    @BeforeEach
    void silence() {
        System.setErr(new PrintStream(new ByteArrayOutputStream()));
    }

    @AfterEach
    void speak() {
        System.setErr(standardError);
    }

    @Test
    void run_cycleThatThrows_goesOn() throws InterruptedException {
        CountDownLatch cycles = new CountDownLatch(3);
        LoopThread loop = new LoopThread(
                "test",
                () -> {
                    cycles.countDown();
                    throw new StackOverflowError("on purpose");
                },
                new Spinning(),
                log);
        loop.start();

        cycles.await();
        loop.stop();

        assertThat(loop.join(PATIENCE)).isTrue();
        assertThat(loop.isCurrent()).isFalse();
    }

    @Test
    void run_workAndNone_resetsAndIdles() throws InterruptedException {
        AtomicInteger cycle = new AtomicInteger();
        Spinning idle = new Spinning();
        CountDownLatch enough = new CountDownLatch(10);
        LoopThread loop = new LoopThread(
                "test",
                () -> {
                    enough.countDown();
                    return cycle.getAndIncrement() % 2;
                },
                idle,
                log);
        loop.start();
        enough.await();
        loop.stop();

        assertThat(loop.join(PATIENCE)).isTrue();
        assertThat(Math.abs(idle.idles.get() - idle.resets.get())).isLessThanOrEqualTo(1);
    }

    /** The stop falls between the loop's last look and its park, where a waker that asks "are you parked?" says no. */
    @Test
    void stop_rightBeforeThePark_endsIt() throws InterruptedException {
        CountDownLatch aboutToPark = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        LoopThread loop = new LoopThread("test", () -> 0, new ParkingForEver(aboutToPark, stopped), log);
        loop.start();

        aboutToPark.await();
        loop.stop();
        stopped.countDown();

        assertThat(loop.join(PATIENCE)).isTrue();
    }

    private static final class Spinning implements IdleStrategy {
        private final AtomicInteger idles = new AtomicInteger();
        private final AtomicInteger resets = new AtomicInteger();

        @Override
        public void reset() {
            resets.incrementAndGet();
        }

        @Override
        public void idle() {
            idles.incrementAndGet();
            Thread.onSpinWait();
        }

        @Override
        public void wake() {}
    }

    private record ParkingForEver(CountDownLatch aboutToPark, CountDownLatch stopped) implements IdleStrategy {

        @Override
        public void reset() {}

        @Override
        public void idle() {
            aboutToPark.countDown();
            // Waiting on the latch would use up the permit that is the point of this test.
            while (stopped.getCount() > 0) {
                Thread.onSpinWait();
            }
            LockSupport.park(this);
        }

        @Override
        public void wake() {}
    }
}
