package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.spool.Spool;
import dev.outpost.agent.testkit.FaultProxy.Side;
import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.TransportServer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What networks do to a connection, on real sockets: each fault is found by the deadline that stands for it, and survived; no
 * record and no task is lost or done twice.
 */
@Timeout(60)
abstract class LinkFaultsTest {

    private static final long SEED = Long.getLong("outpost.link.seed", 20_261_122);
    private static final int RIGS = 4;
    private static final int ROUNDS = 5;

    @TempDir
    private Path directory;

    /** What the connection is made of. */
    interface Wires {

        /** A server at that address, open to all. */
        TransportServer server(InetSocketAddress address);

        /** Leads there. */
        Transport transport(InetSocketAddress address);
    }

    abstract Wires wires();

    // ---- the connection stands ------------------------------------------------------------------------------------

    @Test
    void latency_slowsDownAndNothingElse() throws Exception {
        try (LinkRig rig = LinkRig.start(wires(), UnaryOperator.identity())) {
            rig.proxy().latency(Duration.ofMillis(150));
            rig.awaitProgress();
            rig.awaitHeartbeats(3);
            assertThat(rig.lost()).isZero();
            rig.verify();
        }
    }

    @Test
    void throttle_slowsDownAndNothingElse() throws Exception {
        try (LinkRig rig = LinkRig.start(wires(), UnaryOperator.identity())) {
            rig.proxy().throttle(20_000); // less than is published
            rig.awaitHeartbeats(15);
            rig.proxy().heal();
            rig.awaitProgress();
            assertThat(rig.lost()).isZero();
            rig.verify();
        }
    }

    @Test
    void freeze_shorterThanTheDeadline_isNotALoss() throws Exception {
        try (LinkRig rig = LinkRig.start(wires(), UnaryOperator.identity())) {
            rig.proxy().freeze();
            rig.awaitHeartbeats(5);
            rig.proxy().heal();
            rig.awaitProgress();
            assertThat(rig.lost()).isZero();
            rig.verify();
        }
    }

    // ---- the connection ends --------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(Side.class)
    void connection_cutAfterSoManyBytes_goesOnWithANewOne(Side towards) throws Exception {
        try (LinkRig rig = LinkRig.start(wires(), this::spooled)) {
            for (int bytes : new int[] {1, 7, 30, 300, 3_000}) { // headers of frames, frames, handshakes
                long before = rig.lost();
                rig.proxy().cutAfter(towards, bytes);
                rig.awaitLoss(before);
                rig.proxy().cutAfter(towards, bytes); // the next one gets not much further
                rig.awaitProgress();
            }
            rig.verify();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connection_endedManyTimes_goesOnWithANewOne(boolean inGoodOrder) throws Exception {
        try (LinkRig rig = LinkRig.start(wires(), UnaryOperator.identity())) {
            for (int i = 0; i < 10; i++) {
                long before = rig.lost();
                if (inGoodOrder) {
                    rig.proxy().end();
                } else {
                    rig.proxy().cut();
                }
                rig.awaitLoss(before);
                rig.awaitProgress();
            }
            rig.verify();
        }
    }

    @Test
    void connection_refusedForAWhile_comesBack() throws Exception {
        try (LinkRig rig = LinkRig.start(wires(), this::spooled)) {
            rig.proxy().refuse();
            rig.proxy().cut();
            rig.awaitLoss(0);
            long attempts = rig.counter("session.attempts");
            Await.until("tried often", () -> rig.counter("session.attempts") > attempts + 5);
            rig.proxy().heal();
            rig.awaitProgress();
            rig.verify();
        }
    }

    @Test
    void connection_forgottenAtTheAgent_isTakenOverByTheNext() throws Exception {
        try (LinkRig rig = LinkRig.start(wires(), UnaryOperator.identity())) {
            rig.proxy().forget(Side.CLIENT);
            rig.awaitLoss(0);
            rig.awaitProgress();
            rig.verify();
        }
    }

    // ---- the connection is silent ---------------------------------------------------------------------------------

    /** Each of these takes an agent more than five seconds to find out; so all at once. */
    @Test
    void silence_whateverItsKind_isFoundAtTheDeadline() throws Exception {
        List<LinkFault> silent = List.of(
                LinkFault.BLACK_HOLE, LinkFault.BLACK_HOLE_DOWN, LinkFault.FREEZE, LinkFault.FORGOTTEN_AT_THE_CENTER);
        inParallel(silent.size(), index -> {
            LinkFault fault = silent.get(index);
            try (LinkRig rig = LinkRig.start(wires(), index % 2 == 0 ? this::spooled : UnaryOperator.identity())) {
                fault.begin(rig.proxy(), new Random(index));
                rig.awaitLoss(0);
                assertThat(rig.losses()).as("found by the agent's own deadline").hasSize(1);
                assertThat(rig.losses().get(0)).contains("nothing received within PT5S of a heartbeat");
                rig.proxy().heal();
                rig.awaitProgress();
                rig.verify();
            } catch (AssertionError e) {
                throw new AssertionError(fault + ": " + e.getMessage(), e);
            }
        });
    }

    /** The agent hears tasks being sent all the time, and cannot know. */
    @Test
    void silence_ofTheAgentOnly_isFoundByTheControlCenter() throws Exception {
        try (LinkRig rig = LinkRig.start(wires(), this::spooled)) {
            rig.proxy().blackHole(Side.TARGET);
            rig.awaitLoss(0);
            rig.proxy().heal();
            rig.awaitProgress();
            rig.verify();
        }
    }

    // ---- all of it ------------------------------------------------------------------------------------------------

    @Test
    void faults_oneAfterTheOtherAtRandom_loseAndDoubleNothing() throws Exception {
        System.out.println("-Doutpost.link.seed=" + SEED);
        inParallel(RIGS, index -> {
            Random random = new Random(SEED + index);
            List<Set<LinkFault>> story = new ArrayList<>();
            try (LinkRig rig = LinkRig.start(wires(), index % 2 == 0 ? this::spooled : UnaryOperator.identity())) {
                for (int round = 0; round < ROUNDS; round++) {
                    story.add(round(rig, random));
                }
                rig.verify();
            } catch (AssertionError e) {
                throw new AssertionError(
                        "seed " + SEED + ", rig " + index + ", faults " + story + ": " + e.getMessage(), e);
            }
        });
    }

    private static Set<LinkFault> round(LinkRig rig, Random random) {
        Set<LinkFault> faults = EnumSet.of(LinkFault.any(random), LinkFault.any(random));
        long before = rig.lost();
        faults.forEach(fault -> fault.begin(rig.proxy(), random));
        if (random.nextInt(3) == 0 && faults.stream().anyMatch(LinkFault::isLoss)) {
            rig.awaitLoss(before);
        } else {
            rig.awaitHeartbeatsOrLoss(random.nextInt(5), before);
        }
        rig.proxy().heal();
        rig.awaitProgress();
        return faults;
    }

    // ---- tools ----------------------------------------------------------------------------------------------------

    /** With a disk, to which much goes soon. */
    private AgentBuilder spooled(AgentBuilder builder) {
        return builder.spool(
                Spool.in(directory.resolve(java.util.UUID.randomUUID().toString()))
                        .keepFreeBytes(0)
                        .spillAfter(Duration.ofMillis(100))
                        .replaySpread(Duration.ofMillis(100)));
    }

    private interface Trial {
        void run(int index) throws Exception;
    }

    private static void inParallel(int count, Trial trial) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Future<?>> trials = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int index = i;
                trials.add(threads.submit(() -> {
                    trial.run(index);
                    return null;
                }));
            }
            for (Future<?> each : trials) {
                each.get(55, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
            threads.awaitTermination(5, TimeUnit.SECONDS);
        }
    }
}
