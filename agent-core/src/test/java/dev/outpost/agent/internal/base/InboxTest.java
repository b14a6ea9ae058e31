package dev.outpost.agent.internal.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InboxTest {

    private static final int CAPACITY = 8;

    private final Waker waker = new Waker();
    private final Inbox inbox = new Inbox(CAPACITY, waker);
    private final List<Integer> ran = new ArrayList<>();

    @Test
    void drain_commands_runInOrderOnce() {
        for (int i = 0; i < 5; i++) {
            int number = i;
            assertThat(inbox.post(() -> ran.add(number))).isTrue();
        }

        assertThat(inbox.isEmpty()).isFalse();
        assertThat(inbox.drain()).isEqualTo(5);
        assertThat(inbox.drain()).isZero();
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(ran).containsExactly(0, 1, 2, 3, 4);
        assertThat(waker.calls).isEqualTo(5);
    }

    @Test
    void tryPost_full_isRefusedUntilDrained() {
        for (int i = 0; i < CAPACITY; i++) {
            assertThat(inbox.tryPost(() -> {})).isTrue();
        }

        assertThat(inbox.tryPost(() -> {})).isFalse();
        inbox.drain();
        assertThat(inbox.tryPost(() -> {})).isTrue();
    }

    @Test
    void post_full_waitsForTheLoop() throws InterruptedException {
        for (int i = 0; i < CAPACITY; i++) {
            inbox.post(() -> {});
        }
        CountDownLatch posted = new CountDownLatch(1);
        Thread sender = new Thread(() -> {
            inbox.post(() -> ran.add(1));
            posted.countDown();
        });
        sender.start();

        inbox.drain();
        assertThat(posted.await(5, TimeUnit.SECONDS)).isTrue();
        inbox.drain();
        sender.join();

        assertThat(ran).containsExactly(1);
    }

    /** An SPI that calls back before it returns makes the loop a sender; it must not wait for itself. */
    @Test
    void post_fullAndFromTheLoop_doesNotWait() {
        inbox.post(() -> IntStream.range(0, 3 * CAPACITY).forEach(i -> inbox.post(() -> ran.add(i))));

        while (!inbox.isEmpty()) {
            inbox.drain();
        }

        assertThat(ran)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 3 * CAPACITY).boxed().toList());
    }

    @Test
    void drain_commandThatThrows_doesNotBlockLaterOnes() {
        inbox.post(() -> ran.add(1));
        inbox.post(() -> {
            throw new IllegalStateException("on purpose");
        });
        inbox.post(() -> ran.add(2));

        assertThatThrownBy(inbox::drain).hasMessage("on purpose");
        inbox.drain();
        inbox.drain();

        assertThat(ran).containsExactly(1, 2);
        assertThat(inbox.isEmpty()).isTrue();
    }

    @Test
    void drain_moreThanAcycleTakes_leavesTheRest() {
        Inbox large = new Inbox(1_024, waker);
        for (int i = 0; i < 1_000; i++) {
            large.post(() -> ran.add(0));
        }

        assertThat(large.drain()).isEqualTo(ran.size()).isLessThan(1_000).isPositive();
        while (!large.isEmpty()) {
            large.drain();
        }

        assertThat(ran).hasSize(1_000);
    }

    @Test
    void close_afterwards_takesNothingButRunsWhatItHas() {
        inbox.post(() -> ran.add(1));
        inbox.close();

        assertThat(inbox.post(() -> ran.add(2))).isFalse();
        assertThat(inbox.tryPost(() -> ran.add(3))).isFalse();
        inbox.drain();
        assertThat(ran).containsExactly(1);
    }

    @Test
    void close_senderThatWaits_isLetGo() throws InterruptedException {
        for (int i = 0; i < CAPACITY; i++) {
            inbox.post(() -> {});
        }
        boolean[] answer = {true};
        Thread sender = new Thread(() -> answer[0] = inbox.post(() -> {}));
        sender.start();

        inbox.close();
        sender.join();

        assertThat(answer[0]).isFalse();
    }

    @Test
    void post_manySenders_keepsTheOrderOfEach() throws InterruptedException {
        List<int[]> seen = new ArrayList<>();
        List<Thread> senders = new ArrayList<>();
        for (int s = 0; s < 4; s++) {
            int sender = s;
            senders.add(new Thread(() -> IntStream.range(0, 5_000)
                    .forEach(number -> inbox.post(() -> seen.add(new int[] {sender, number})))));
        }
        senders.forEach(Thread::start);
        while (senders.stream().anyMatch(Thread::isAlive) || !inbox.isEmpty()) {
            inbox.drain();
        }

        for (int s = 0; s < 4; s++) {
            int sender = s;
            assertThat(seen.stream().filter(each -> each[0] == sender).mapToInt(each -> each[1]))
                    .as("commands of sender %d", sender)
                    .containsExactlyElementsOf(IntStream.range(0, 5_000).boxed().toList());
        }
    }

    private static final class Waker implements IdleStrategy {
        private volatile int calls;

        @Override
        public void reset() {}

        @Override
        public void idle() {}

        @SuppressWarnings("NonAtomicVolatileUpdate") // only looked at with one sender
        @Override
        public void wake() {
            calls++;
        }
    }
}
