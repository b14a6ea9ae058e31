package dev.outpost.agent.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.testkit.FaultProxy.Side;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The proxy between plain sockets: what passes, what does not, and what both ends see of it. */
@Timeout(60)
class FaultProxyTest {

    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final int LATENCY_OF_A_TEST_THAT_NEVER_ENDS = 1; // hours

    private final List<AutoCloseable> opened = new ArrayList<>();
    private ServerSocket server;
    private FaultProxy proxy;

    @BeforeEach
    void listen() throws IOException {
        server = newServer();
        proxy = FaultProxy.to((InetSocketAddress) server.getLocalSocketAddress());
    }

    @AfterEach
    void closeAll() throws Exception {
        proxy.close();
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    @Test
    void noFault_bytesOfBothDirections_arriveWholeAndInOrder() throws Exception {
        Pair pair = connect();
        byte[] up = random(3_000_000, 1);
        byte[] down = random(2_000_000, 2);

        CompletableFuture<Void> sendingUp = sending(pair.client, up);
        CompletableFuture<Void> sendingDown = sending(pair.target, down);
        CompletableFuture<byte[]> atClient = CompletableFuture.supplyAsync(() -> readAll(pair.client, down.length));

        assertThat(readAll(pair.target, up.length)).isEqualTo(up);
        assertThat(atClient.get(30, TimeUnit.SECONDS)).isEqualTo(down);
        sendingUp.get(30, TimeUnit.SECONDS);
        sendingDown.get(30, TimeUnit.SECONDS);
        await(
                "counted",
                () -> proxy.held(Side.TARGET) + proxy.held(Side.CLIENT) == 0
                        && proxy.passed(Side.TARGET) == up.length
                        && proxy.passed(Side.CLIENT) == down.length);
    }

    @Test
    void noFault_oneSideEnds_theOtherHearsOfItAndMayGoOnSending() throws Exception {
        Pair pair = connect();

        pair.client.getOutputStream().write(HELLO);
        pair.client.shutdownOutput();
        assertThat(pair.target.getInputStream().readAllBytes()).isEqualTo(HELLO);
        pair.target.getOutputStream().write(HELLO);
        pair.target.close();

        assertThat(pair.client.getInputStream().readAllBytes()).isEqualTo(HELLO);
        await("forgotten", () -> proxy.links() == 0);
    }

    @Test
    void noFault_oneSideResets_theOtherIsReset() throws Exception {
        Pair pair = connect();

        pair.target.setSoLinger(true, 0);
        pair.target.close();

        assertReset(pair.client);
        await("forgotten", () -> proxy.links() == 0);
    }

    @Test
    void slowReader_sendersWait_andTheProxyHoldsNoMoreThanItsMemory() throws Exception {
        Pair pair = connect();
        byte[] much = random(30_000_000, 3);

        CompletableFuture<Void> sending = sending(pair.client, much);
        await("full", () -> proxy.held(Side.TARGET) >= 128 << 10);
        assertThat(proxy.held(Side.TARGET)).isLessThan((128 << 10) + (16 << 10));
        assertThat(sending).isNotDone();

        assertThat(readAll(pair.target, much.length)).isEqualTo(much);
        sending.get(30, TimeUnit.SECONDS);
    }

    @Test
    void latency_holdsEveryByteUntilItIsOver() throws Exception {
        Pair pair = connect();
        proxy.latency(Duration.ofHours(LATENCY_OF_A_TEST_THAT_NEVER_ENDS));

        pair.client.getOutputStream().write(HELLO);
        pair.target.getOutputStream().write(HELLO);
        await("held", () -> proxy.held(Side.TARGET) == 5 && proxy.held(Side.CLIENT) == 5);
        assertThat(proxy.passed(Side.TARGET)).isZero();

        proxy.latency(Duration.ZERO);
        assertThat(readAll(pair.target, 5)).isEqualTo(HELLO);
        assertThat(readAll(pair.client, 5)).isEqualTo(HELLO);
    }

    @Test
    void latency_short_passesAllInTheEnd() throws Exception {
        Pair pair = connect();
        proxy.latency(Duration.ofMillis(20));
        byte[] up = random(500_000, 4);

        CompletableFuture<Void> sending = sending(pair.client, up);

        assertThat(readAll(pair.target, up.length)).isEqualTo(up);
        sending.get(30, TimeUnit.SECONDS);
    }

    @Test
    void throttle_passesALittleAtATimeAndAllInTheEnd() throws Exception {
        Pair pair = connect();
        proxy.throttle(1);
        pair.client.getOutputStream().write(random(1_000, 5));
        assertThat(readAll(pair.target, 1)).as("something passes").hasSize(1);
        assertThat(proxy.held(Side.TARGET)).isPositive();

        proxy.throttle(500_000);
        assertThat(readAll(pair.target, 999)).isEqualTo(java.util.Arrays.copyOfRange(random(1_000, 5), 1, 1_000));
        byte[] more = random(200_000, 6);
        CompletableFuture<Void> sending = sending(pair.client, more);
        assertThat(readAll(pair.target, more.length)).isEqualTo(more);
        sending.get(30, TimeUnit.SECONDS);
    }

    @Test
    void blackHole_takesAllAndPassesNothing_alsoAfterItsEnd() throws Exception {
        Pair pair = connect();
        proxy.blackHole();
        pair.client.getOutputStream().write(HELLO);
        pair.target.getOutputStream().write(HELLO);
        await("swallowed", () -> proxy.swallowed(Side.TARGET) == 5 && proxy.swallowed(Side.CLIENT) == 5);

        proxy.heal();
        pair.client.getOutputStream().write(HELLO);
        await("swallowed too", () -> proxy.swallowed(Side.TARGET) == 10);
        assertThat(proxy.passed(Side.TARGET) + proxy.passed(Side.CLIENT)).isZero();

        pair.client.close();
        Pair later = connect();
        later.client.getOutputStream().write(HELLO);
        assertThat(readAll(later.target, 5)).isEqualTo(HELLO);
        assertThat(proxy.links()).as("the other end knows nothing yet").isEqualTo(2);
        pair.target.close();
        await("forgotten", () -> proxy.links() == 1);
    }

    @Test
    void blackHole_nothingSentMeanwhile_leavesTheConnectionWhole() throws Exception {
        Pair pair = connect();
        proxy.blackHole();
        proxy.heal();

        pair.client.getOutputStream().write(HELLO);

        assertThat(readAll(pair.target, 5)).isEqualTo(HELLO);
    }

    @Test
    void blackHole_newConnections_areMadeAndLeadNowhere() throws Exception {
        proxy.blackHole();
        Socket client = open();
        client.getOutputStream().write(HELLO);
        await("swallowed", () -> proxy.swallowed(Side.TARGET) == 5);

        proxy.heal();
        Pair later = connect(); // the first connection that the target sees
        later.client.getOutputStream().write(HELLO);
        assertThat(readAll(later.target, 5)).isEqualTo(HELLO);
    }

    @Test
    void blackHole_inOneDirection_letsTheOtherGoOn() throws Exception {
        Pair pair = connect();
        proxy.blackHole(Side.CLIENT);
        pair.target.getOutputStream().write(HELLO);
        await("swallowed", () -> proxy.swallowed(Side.CLIENT) == 5);

        pair.client.getOutputStream().write(HELLO);
        assertThat(readAll(pair.target, 5)).isEqualTo(HELLO);

        Pair later = connect(); // it is the way back that is dark
        later.client.getOutputStream().write(HELLO);
        assertThat(readAll(later.target, 5)).isEqualTo(HELLO);
    }

    @Test
    void blackHole_theEndOfAConnection_isSwallowedToo() throws Exception {
        Pair pair = connect();
        proxy.blackHole();
        pair.client.setSoLinger(true, 0);
        pair.client.close();
        Socket probe = open(); // what came before it has been seen
        probe.getOutputStream().write(HELLO);
        await("seen", () -> proxy.swallowed(Side.TARGET) == 5);

        pair.target.getOutputStream().write(HELLO);
        await("the target knows nothing", () -> proxy.swallowed(Side.CLIENT) == 5);
    }

    @Test
    void freeze_losesNothing() throws Exception {
        Pair pair = connect();
        proxy.freeze();
        pair.client.getOutputStream().write(HELLO);
        Socket waiting = open();
        waiting.getOutputStream().write(HELLO);
        assertThat(proxy.passed(Side.TARGET)).isZero();

        proxy.heal();

        assertThat(readAll(pair.target, 5)).isEqualTo(HELLO);
        assertThat(readAll(accept(), 5)).isEqualTo(HELLO);
    }

    @Test
    void refuse_newConnections_areResetAndOthersStay() throws Exception {
        Pair pair = connect();
        proxy.refuse();
        assertThatThrownBy(() -> open().getInputStream().read()).isInstanceOf(SocketException.class);

        pair.client.getOutputStream().write(HELLO);
        assertThat(readAll(pair.target, 5)).isEqualTo(HELLO);
        proxy.heal();
        connect();
        assertThat(proxy.accepted()).isEqualTo(3);
    }

    @Test
    void cut_resetsBothEndsOfAllConnections() throws Exception {
        Pair one = connect();
        Pair two = connect();

        proxy.cut();

        assertReset(one.client);
        assertReset(one.target);
        assertReset(two.client);
        assertReset(two.target);
        await("forgotten", () -> proxy.links() == 0);
        connect();
    }

    @Test
    void end_endsBothEndsInGoodOrder() throws Exception {
        Pair pair = connect();

        proxy.end();

        assertThat(pair.client.getInputStream().read()).isEqualTo(-1);
        assertThat(pair.target.getInputStream().read()).isEqualTo(-1);
        pair.client.close();
        pair.target.close();
        await("forgotten", () -> proxy.links() == 0);
    }

    @Test
    void end_connectionsJustMade_endInGoodOrder() throws Exception {
        for (int i = 0; i < 300; i++) {
            Pair pair = connect();

            proxy.end();

            assertThat(pair.client.getInputStream().read()).isEqualTo(-1);
            assertThat(pair.target.getInputStream().read()).isEqualTo(-1);
            pair.client.close();
            pair.target.close();
        }
    }

    @Test
    void forget_connectionsJustMade_areTakenAsIfNothingWereWrong() throws Exception {
        for (int i = 0; i < 300; i++) {
            Pair pair = connect();

            proxy.forget(Side.TARGET);

            assertReset(pair.target);
            long before = proxy.swallowed(Side.TARGET);
            pair.client.getOutputStream().write(HELLO);
            await("taken", () -> proxy.swallowed(Side.TARGET) == before + 5);
            pair.client.close();
        }
    }

    @Test
    void cutAfter_passesExactlySoManyBytesAndCutsOnce() throws Exception {
        Pair pair = connect();
        proxy.cutAfter(Side.TARGET, 3);
        pair.target.getOutputStream().write(HELLO);
        assertThat(readAll(pair.client, 5))
                .as("the other direction is not counted")
                .isEqualTo(HELLO);

        pair.client.getOutputStream().write(HELLO);

        assertThat(readAll(pair.target, 3)).isEqualTo("hel".getBytes(StandardCharsets.UTF_8));
        assertReset(pair.target);
        assertReset(pair.client);
        Pair later = connect();
        later.client.getOutputStream().write(HELLO);
        assertThat(readAll(later.target, 5)).isEqualTo(HELLO);
    }

    @Test
    void forget_oneSideIsResetAndTheOtherNotTold() throws Exception {
        Pair pair = connect();

        proxy.forget(Side.TARGET);

        assertReset(pair.target);
        pair.client.getOutputStream().write(HELLO);
        await("taken as if nothing were wrong", () -> proxy.swallowed(Side.TARGET) == 5);
        pair.client.close();
        await("forgotten", () -> proxy.links() == 0);
    }

    @Test
    void target_exchanged_takesNewConnections() throws Exception {
        Pair pair = connect();
        ServerSocket second = newServer();

        proxy.target((InetSocketAddress) second.getLocalSocketAddress());

        Socket client = open();
        Socket target = second.accept();
        opened.add(target);
        client.getOutputStream().write(HELLO);
        assertThat(readAll(target, 5)).isEqualTo(HELLO);
        pair.client.getOutputStream().write(HELLO);
        assertThat(readAll(pair.target, 5)).isEqualTo(HELLO);
    }

    @Test
    void target_nobodyThere_resetsTheConnection() throws Exception {
        server.close();

        assertReset(open());

        proxy.target(InetSocketAddress.createUnresolved("nowhere.invalid", 1));
        assertReset(open());
        await("forgotten", () -> proxy.links() == 0);
    }

    @Test
    void close_resetsAllAndFreesThePort() throws Exception {
        Pair pair = connect();

        proxy.close();
        proxy.close();

        assertReset(pair.client);
        assertReset(pair.target);
        assertThatThrownBy(() -> open()).isInstanceOf(IOException.class);
        assertThatThrownBy(proxy::blackHole)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void settings_outOfRange_areRefused() {
        assertThatThrownBy(() -> proxy.latency(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxy.throttle(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxy.cutAfter(Side.CLIENT, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- tools ----------------------------------------------------------------------------------------------------

    private record Pair(Socket client, Socket target) {}

    private ServerSocket newServer() throws IOException {
        ServerSocket made = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        opened.add(made);
        return made;
    }

    private Pair connect() throws IOException {
        Socket client = open();
        return new Pair(client, accept());
    }

    private Socket open() throws IOException {
        Socket client = new Socket(proxy.address().getAddress(), proxy.port());
        opened.add(client);
        return client;
    }

    private Socket accept() throws IOException {
        Socket target = server.accept();
        opened.add(target);
        return target;
    }

    private static CompletableFuture<Void> sending(Socket socket, byte[] bytes) {
        return CompletableFuture.runAsync(() -> {
            try {
                socket.getOutputStream().write(bytes);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private static byte[] readAll(Socket socket, int count) {
        try {
            return socket.getInputStream().readNBytes(count);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void assertReset(Socket socket) {
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    private static byte[] random(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end)
                    .as("%s, within half a minute", what)
                    .isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }
}
