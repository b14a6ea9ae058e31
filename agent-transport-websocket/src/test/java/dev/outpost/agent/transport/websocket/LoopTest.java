package dev.outpost.agent.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoopTest {

    @Test
    void run_stepFindsSomething_repeatsItUntilItFindsNothing() {
        AtomicInteger left = new AtomicInteger(3);
        AtomicInteger steps = new AtomicInteger();
        Loop loop = new Loop(() -> {
            steps.incrementAndGet();
            return left.getAndDecrement() > 0;
        });
        loop.run();
        assertThat(steps).hasValue(4);
        loop.run();
        assertThat(steps).hasValue(5);
    }

    @Test
    void run_withinTheStep_looksOnceMoreAfterIt() {
        List<String> happened = new ArrayList<>();
        Loop[] loop = new Loop[1];
        loop[0] = new Loop(() -> {
            happened.add("begins");
            if (happened.size() == 1) {
                loop[0].run();
                loop[0].run();
            }
            happened.add("ends");
            return false;
        });
        loop[0].run();
        assertThat(happened).containsExactly("begins", "ends", "begins", "ends");
    }

    @Test
    void run_whileAnotherThreadIsAtIt_leavesItToThatOne() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ConcurrentLinkedQueue<Thread> steps = new ConcurrentLinkedQueue<>();
        Loop loop = new Loop(() -> {
            steps.add(Thread.currentThread());
            begun.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return false;
        });
        Thread first = new Thread(loop::run);
        first.start();
        begun.await();
        loop.run();
        release.countDown();
        first.join();
        assertThat(steps).containsExactly(first, first);
    }
}
