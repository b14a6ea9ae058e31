package dev.outpost.agent.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.transport.HandshakeLimit;
import io.grpc.netty.shaded.io.netty.channel.DefaultEventLoop;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.SocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WaitingRoomTest {

    private static final int SEATS = 10;
    private static final int AT_ONCE = 10;

    private final AtomicLong now = new AtomicLong(1_000);
    private final DefaultEventLoop accepting = new DefaultEventLoop();
    private final EventLoopGroup serving = GrpcChannels.loops(2, "test");
    private final List<SocketChannel> channels = new ArrayList<>();
    private final List<SocketChannel> in = new CopyOnWriteArrayList<>();
    private final WaitingRoom room = new WaitingRoom(
            new HandshakeLimit(10 * AT_ONCE, 1, now::get), SEATS, accepting, serving, now::get, in::add);

    @AfterEach
    void end() {
        channels.forEach(channel -> channel.unsafe().closeForcibly());
        GrpcChannels.end(serving);
        GrpcChannels.end(accepting);
    }

    @Test
    void tryEnter_oneLoopIsBusy_oneGoesInAndTheOthersWaitForIt() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        serving.next().execute(() -> awaitUninterrupted(stuck));

        assertThat(onLoop(() -> enter(3))).isTrue();
        assertThat(in).containsExactly(channels.get(0));
        assertThat(onLoop(room::size)).isEqualTo(2);

        stuck.countDown();
        Await.until("their turn", () -> in.size() == 3);
        assertThat(in).containsExactlyElementsOf(channels);
    }

    @Test
    void tryEnter_oneLoopIsBusyForTooLong_othersGoInAtTheRate() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        serving.next().execute(() -> awaitUninterrupted(stuck));
        assertThat(onLoop(() -> enter(2))).isTrue();
        assertThat(in).hasSize(1);

        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));

        Await.until("patience over", () -> in.size() == 2);
        stuck.countDown();
    }

    @Test
    void tryEnter_moreThanTheRate_waitUntilItIsTheirTime() throws Exception {
        for (int i = 1; i <= AT_ONCE; i++) {
            int all = i;
            assertThat(onLoop(() -> enter(1))).isTrue();
            Await.until("in", () -> in.size() == all);
        }
        assertThat(onLoop(() -> enter(2))).isTrue();
        assertThat(onLoop(room::size)).isEqualTo(2);

        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(11));
        Await.until("one more", () -> in.size() == AT_ONCE + 1);
        assertThat(onLoop(room::size)).isEqualTo(1);
    }

    @Test
    void tryEnter_allSeatsTaken_turnsAway() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        serving.next().execute(() -> awaitUninterrupted(stuck));
        for (int i = 0; i < SEATS + 1; i++) {
            assertThat(onLoop(() -> enter(1))).isTrue();
        }
        assertThat(onLoop(() -> enter(1))).isFalse();
        stuck.countDown();
    }

    @Test
    void close_hangsUpOnThoseWhoWait() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        serving.next().execute(() -> awaitUninterrupted(stuck));
        assertThat(onLoop(() -> enter(2))).isTrue();

        onLoop(() -> {
            room.close();
            return true;
        });

        assertThat(channels.get(1).isOpen()).isFalse();
        assertThat(onLoop(() -> enter(1))).isFalse();
        assertThat(in).hasSize(1);
        stuck.countDown();
    }

    /** Whether all of so many further connections are taken. */
    private boolean enter(int count) {
        boolean taken = true;
        for (int i = 0; i < count; i++) {
            SocketChannel channel = new NioSocketChannel();
            channels.add(channel);
            taken &= room.tryEnter(channel);
        }
        return taken;
    }

    private <T> T onLoop(Callable<T> call) throws Exception {
        return accepting.submit(call).get();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
