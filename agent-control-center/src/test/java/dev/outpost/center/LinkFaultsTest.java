package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.testkit.FaultProxy;
import dev.outpost.agent.testkit.FaultProxy.Side;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
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

    @TempDir
    private Path directory;

    /** What the connection is made of. */
    abstract Wires wires();

    // ---- the connection stands ------------------------------------------------------------------------------------

    @Test
    void latency_slowsDownAndNothingElse() throws Exception {
        try (LinkRig rig = LinkRig.start(ways(), null)) {
            rig.each(proxy -> proxy.latency(Duration.ofMillis(150)));
            rig.awaitProgress();
            rig.awaitHeartbeats(3);
            assertThat(rig.lost()).isZero();
            rig.verify();
        }
    }

    @Test
    void throttle_slowsDownAndNothingElse() throws Exception {
        try (LinkRig rig = LinkRig.start(ways(), null)) {
            rig.each(proxy -> proxy.throttle(20_000)); // less than is published
            rig.awaitHeartbeats(15);
            rig.each(FaultProxy::heal);
            rig.awaitProgress();
            assertThat(rig.lost()).isZero();
            rig.verify();
        }
    }

    @Test
    void freeze_shorterThanTheDeadline_isNotALoss() throws Exception {
        try (LinkRig rig = LinkRig.start(ways(), null)) {
            rig.each(FaultProxy::freeze);
            rig.awaitHeartbeats(5);
            rig.each(FaultProxy::heal);
            rig.awaitProgress();
            assertThat(rig.lost()).isZero();
            rig.verify();
        }
    }

    // ---- the connection ends --------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(Side.class)
    void connection_cutAfterSoManyBytes_goesOnWithANewOne(Side towards) throws Exception {
        try (LinkRig rig = LinkRig.start(ways(), directory)) {
            for (int bytes : new int[] {1, 7, 30, 300, 3_000}) { // headers of frames, frames, handshakes
                long before = rig.lost();
                rig.each(proxy -> proxy.cutAfter(towards, bytes));
                rig.awaitLoss(before);
                rig.each(proxy -> proxy.cutAfter(towards, bytes)); // the next one gets not much further
                rig.awaitProgress();
            }
            rig.verify();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connection_endedManyTimes_goesOnWithANewOne(boolean inGoodOrder) throws Exception {
        try (LinkRig rig = LinkRig.start(ways(), null)) {
            for (int i = 0; i < 10; i++) {
                long before = rig.lost();
                if (inGoodOrder) {
                    rig.each(FaultProxy::end);
                } else {
                    rig.each(FaultProxy::cut);
                }
                rig.awaitLoss(before);
                rig.awaitProgress();
            }
            rig.verify();
        }
    }

    @Test
    void connection_refusedForAWhile_comesBack() throws Exception {
        try (LinkRig rig = LinkRig.start(ways(), directory)) {
            rig.each(FaultProxy::refuse);
            rig.each(FaultProxy::cut);
            rig.awaitLoss(0);
            long attempts = rig.counter("session.attempts");
            Await.until("tried often", () -> rig.counter("session.attempts") > attempts + 5);
            rig.each(FaultProxy::heal);
            rig.awaitProgress();
            rig.verify();
        }
    }

    @Test
    void connection_forgottenAtTheAgent_isTakenOverByTheNext() throws Exception {
        try (LinkRig rig = LinkRig.start(ways(), null)) {
            rig.each(proxy -> proxy.forget(Side.CLIENT));
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
        InParallel.run(silent.size(), index -> {
            LinkFault fault = silent.get(index);
            try (LinkRig rig = LinkRig.start(ways(), index % 2 == 0 ? directory : null)) {
                rig.each(proxy -> fault.begin(proxy, new Random(index)));
                rig.awaitLoss(0);
                assertThat(rig.losses())
                        .as("found by the agent's own deadline")
                        .singleElement()
                        .asString()
                        .contains("nothing received within PT5S of a heartbeat");
                if (fault != LinkFault.BLACK_HOLE_DOWN) { // then the agent is still heard
                    rig.awaitLossAtTheCenter();
                }
                rig.each(FaultProxy::heal);
                rig.awaitProgress();
                rig.verify();
            } catch (AssertionError e) {
                throw new AssertionError(fault + ": " + e.getMessage(), e);
            }
        });
    }

    /** What the connection holds already must not hold up its end. */
    @Test
    void silence_whileMuchWaitsForTheAgent_isFoundByTheControlCenter() throws Exception {
        try (LinkRig rig = LinkRig.start(ways(), null)) {
            rig.each(FaultProxy::blackHole);
            rig.dispatch(50, 30_000); // more than the connection takes without an answer
            rig.awaitLossAtTheCenter();
            rig.each(FaultProxy::heal);
            rig.awaitProgress();
            rig.verify();
        }
    }

    /** The agent hears tasks being sent all the time, and cannot know. */
    @Test
    void silence_ofTheAgentOnly_isFoundByTheControlCenter() throws Exception {
        try (LinkRig rig = LinkRig.start(ways(), directory)) {
            rig.each(proxy -> proxy.blackHole(Side.TARGET));
            rig.awaitLoss(0);
            rig.each(FaultProxy::heal);
            rig.awaitProgress();
            rig.verify();
        }
    }

    // ---- all of it ------------------------------------------------------------------------------------------------

    @Test
    void faults_oneAfterTheOtherAtRandom_loseAndDoubleNothing() throws Exception {
        RandomFaults.run(ways(), directory);
    }

    private List<Wires> ways() {
        return List.of(wires());
    }
}
