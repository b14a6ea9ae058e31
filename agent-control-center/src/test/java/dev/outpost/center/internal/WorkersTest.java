package dev.outpost.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkersTest {

    private final Workers workers = new Workers(1);
    private final CountDownLatch testIsOver = new CountDownLatch(1);

    @AfterEach
    void close() {
        testIsOver.countDown();
        workers.close();
    }

    @Test
    void complete_itsTurnNeverComes_completesWithTheEnd() {
        SerialExecutor turn = SerialExecutor.ofCallbacks(workers, () -> {});
        turn.execute(this::hang);
        CompletableFuture<String> future = new CompletableFuture<>();
        workers.complete(turn, () -> future.complete("known"));
        workers.close();
        assertThat(future).isCompletedWithValue("known");
    }

    private void hang() {
        while (testIsOver.getCount() > 0) {
            try {
                testIsOver.await();
            } catch (InterruptedException e) {
                // it does not let go
            }
        }
    }

    @Test
    void complete_afterTheEnd_completesOnAnotherThread() throws Exception {
        workers.close();
        CompletableFuture<Thread> future = new CompletableFuture<>();
        workers.complete(SerialExecutor.ofCallbacks(workers, () -> {}), () -> future.complete(Thread.currentThread()));
        assertThat(future.get(20, TimeUnit.SECONDS)).isNotEqualTo(Thread.currentThread());
    }

    @Test
    void after_cancelled_isForgottenAtOnce() {
        Future<?> timeout = workers.after(Duration.ofHours(1), () -> {});
        assertThat(workers.waiting()).isEqualTo(1);
        timeout.cancel(false);
        assertThat(workers.waiting()).isZero();
    }
}
