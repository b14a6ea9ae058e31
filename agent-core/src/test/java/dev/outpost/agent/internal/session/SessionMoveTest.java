package dev.outpost.agent.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.protocol.Drain;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.transport.CloseReason;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A session that changes its connection, on one way or between several. */
class SessionMoveTest {

    private static final Duration LONG = Duration.ofMinutes(10);

    private final SessionBench bench = new SessionBench();

    private static SessionBench withWays(int count) {
        return new SessionBench(SessionBench.HEARTBEAT, List.of(ClosedBatch.BULK), count);
    }

    private static Welcome welcome(StreamPosition... taken) {
        return new Welcome("s2", Duration.ZERO, 0, 0, List.of(taken));
    }

    /** Lets a healthy session pass the time. */
    private static void pass(SessionBench bench, FakeTransport.Link link, Duration time) {
        for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(SessionBench.HEARTBEAT)) {
            link.say(new HeartbeatAck());
            bench.advance(SessionBench.HEARTBEAT);
        }
        link.say(new HeartbeatAck());
        bench.turn();
    }

    /** Lets a healthy session pass the time until so many links were made. */
    private static void passUntilLinks(SessionBench bench, FakeTransport.Link link, int links) {
        Duration step = Duration.ofSeconds(1);
        for (Duration left = LONG; bench.allLinks.size() < links; left = left.minus(step)) {
            assertThat(left).as("time until %d links", links).isPositive();
            link.say(new HeartbeatAck());
            bench.advance(step);
        }
    }

    // ---- the same way, another connection ----

    @Test
    void renew_letIn_movesWithoutBeingOfflineAndSendsAgainWhatWasUnderWay() {
        FakeTransport.Link old = bench.connect();
        bench.offerLogs(3);
        bench.report("a");
        bench.turn();
        assertThat(old.received(TelemetryBatch.class)).hasSize(3);

        bench.session.renew(0, "new certificate");
        FakeTransport.Link next = bench.transport.link();
        assertThat(next).isNotSameAs(old);
        assertThat(old.closed).as("until the new one stands").isNull();
        bench.offerLogs(1);
        bench.turn();
        assertThat(old.received(TelemetryBatch.class)).as("goes on meanwhile").hasSize(4);
        next.say(welcome(bench.logPosition(2)));
        bench.turn();

        assertThat(old.closed).isNotNull();
        assertThat(bench.offline).isEmpty();
        assertThat(bench.session.isReady()).isTrue();
        assertThat(next.received(TelemetryBatch.class))
                .extracting(batch -> batch.position().sequence())
                .containsExactly(3L, 4L);
        assertThat(next.received(TaskReport.class)).hasSize(1);
        assertThat(bench.counters.value("session.moved")).isEqualTo(1);
        old.listener.onClosed(CloseReason.reconnect("replaced"));
        bench.turn();
        assertThat(bench.transport.links).hasSize(2);
    }

    @Test
    void renew_notLetIn_keepsTheOldAndTriesAgainLater() {
        FakeTransport.Link old = bench.connect();
        bench.session.renew(0, "new certificate");
        bench.transport
                .link()
                .listener
                .onClosed(CloseReason.refused("bad certificate", null).as(CloseReason.Fault.TLS_REJECTED));
        bench.turn();

        assertThat(old.closed).isNull();
        assertThat(bench.offline).isEmpty();
        assertThat(bench.counters.value("session.successors.failed{tls_rejected}"))
                .isEqualTo(1);
        bench.session.renew(0, "seen again");
        assertThat(bench.transport.links).as("its time comes by itself").hasSize(2);
        passUntilLinks(bench, old, 3);
        bench.transport.link().say(welcome());
        bench.turn();
        assertThat(old.closed).isNotNull();
    }

    @Test
    void renew_changedOnceMoreMeanwhile_movesAgain() {
        bench.connect();
        bench.session.renew(0, "new certificate");
        bench.session.renew(0, "another one");
        FakeTransport.Link next = bench.transport.link();
        next.say(welcome());
        bench.turn();

        assertThat(bench.transport.links)
                .as("the second may have come too late for the first")
                .hasSize(3);
        bench.transport.link().say(welcome());
        bench.turn();
        assertThat(next.closed).isNotNull();
        assertThat(bench.transport.links).hasSize(3);
        assertThat(bench.counters.value("session.moved")).isEqualTo(2);
    }

    @Test
    void renew_whileABetterWayIsTriedAndFails_isMadeUpFor() {
        SessionBench two = withWays(2);
        FakeTransport.Link second = onTheSecondWay(two);
        passUntilLinks(two, second, 3);
        two.session.renew(1, "new certificate");
        assertThat(two.allLinks).hasSize(3);

        two.allLinks.get(2).listener.onClosed(CloseReason.retry("blocked", null));
        two.turn();

        assertThat(((FakeTransport) two.ways.get(1)).links).hasSize(2);
        two.allLinks.get(3).say(welcome());
        two.turn();
        assertThat(second.closed).isNotNull();
        assertThat(two.counters.value("session.renewals")).isEqualTo(1);
    }

    @Test
    void renew_ofTheBetterWayThatIsTried_movesOnceMoreWhenItIsLetIn() {
        SessionBench two = withWays(2);
        FakeTransport.Link second = onTheSecondWay(two);
        passUntilLinks(two, second, 3);
        two.session.renew(0, "new certificate");

        two.allLinks.get(2).say(welcome());
        two.turn();

        assertThat(two.transport.links)
                .as("the first try, the better way, and the new identity")
                .hasSize(3);
    }

    private static FakeTransport.Link onTheSecondWay(SessionBench two) {
        two.session.start();
        two.allLinks.get(0).listener.onClosed(CloseReason.retry("blocked", null));
        two.turn();
        FakeTransport.Link second = two.allLinks.get(1);
        second.say(welcome());
        two.turn();
        return second;
    }

    @Test
    void renew_whileConnecting_movesWhenItIsLetIn() {
        bench.session.start();
        bench.session.renew(0, "new certificate");
        assertThat(bench.transport.links).hasSize(1);

        bench.letIn();

        assertThat(bench.transport.links).hasSize(2);
        bench.letIn();
        assertThat(bench.transport.links).as("once").hasSize(2);
    }

    @Test
    void renew_whileConnectingAndThenRefused_triesAtOnceAndOnlyOnce() {
        bench.session.start();
        bench.session.renew(0, "new certificate");
        bench.transport.link().say(new Refusal(Refusal.Code.UNAUTHENTICATED, "expired", Duration.ZERO));
        bench.turn();
        assertThat(bench.transport.links).hasSize(2);
        bench.transport.link().say(new Refusal(Refusal.Code.UNAUTHENTICATED, "expired", Duration.ZERO));

        assertThat(bench.timeToNextAttempt()).isGreaterThan(Duration.ofSeconds(29));
    }

    @Test
    void renew_refusedWithATime_waitsForThatLong() {
        FakeTransport.Link old = bench.connect();
        bench.session.renew(0, "new certificate");
        bench.transport.link().say(new Refusal(Refusal.Code.BUSY, "later", Duration.ofMinutes(7)));
        bench.turn();

        pass(bench, old, Duration.ofMinutes(7).minusSeconds(30));
        assertThat(bench.transport.links).hasSize(2);
        pass(bench, old, Duration.ofSeconds(30));
        assertThat(bench.transport.links).hasSize(3);
    }

    @Test
    void renew_refusedForGood_isTriedAgainRarely() {
        FakeTransport.Link old = bench.connect();
        bench.session.renew(0, "new certificate");
        for (int refusals = 1; refusals <= 8; refusals++) {
            FakeTransport.Link refused = bench.transport.link();
            refused.say(new Refusal(Refusal.Code.UNAUTHENTICATED, "who?", Duration.ZERO));
            bench.turn();
            for (int seconds = 0; seconds < 29; seconds++) {
                old.say(new HeartbeatAck());
                bench.advance(Duration.ofSeconds(1));
            }
            assertThat(bench.transport.link()).isSameAs(refused);
            passUntilLinks(bench, old, 2 + refusals);
        }
    }

    @Test
    void renew_noWelcomeInTime_givesTheNewOneUp() {
        FakeTransport.Link old = bench.connect();
        bench.session.renew(0, "new certificate");
        FakeTransport.Link next = bench.transport.link();
        old.say(new HeartbeatAck());
        bench.advance(SessionBench.CONNECT_TIMEOUT);

        assertThat(next.closed).isNotNull();
        assertThat(old.closed).isNull();
        assertThat(bench.session.isReady()).isTrue();
    }

    @Test
    void renew_oldIsLostBeforeTheWelcome_theNewOneTakesItsPlace() {
        FakeTransport.Link old = bench.connect();
        bench.offerLogs(2);
        bench.turn();
        bench.session.renew(0, "new certificate");
        FakeTransport.Link next = bench.transport.link();

        old.listener.onClosed(CloseReason.reconnect("another connection of this agent took over"));
        bench.turn();
        assertThat(bench.offline).as("the next one is on its way").isEmpty();
        next.say(welcome());
        bench.turn();

        assertThat(bench.transport.links).hasSize(2);
        assertThat(next.received(TelemetryBatch.class)).hasSize(2);
        assertThat(bench.session.isReady()).isTrue();
    }

    @Test
    void renew_bothAreLost_connectsAnew() {
        FakeTransport.Link old = bench.connect();
        bench.session.renew(0, "new certificate");
        FakeTransport.Link next = bench.transport.link();
        old.listener.onClosed(CloseReason.retry("cut", null));
        bench.turn();
        next.listener.onClosed(CloseReason.retry("cut", null));
        bench.turn();
        assertThat(bench.offline).hasSize(1);

        bench.timeToNextAttempt();

        assertThat(bench.letIn().closed).isNull();
    }

    @Test
    void renew_whileRefused_triesAtOnce() {
        bench.session.start();
        bench.transport.link().say(new Refusal(Refusal.Code.UNAUTHENTICATED, "expired", Duration.ZERO));
        bench.turn();

        bench.session.renew(0, "new certificate");

        assertThat(bench.transport.links).hasSize(2);
    }

    @Test
    void renew_ofAnotherWayOrBeforeTheStart_doesNothing() {
        SessionBench two = withWays(2);
        two.session.renew(0, "before the start");
        two.connect();
        two.session.renew(1, "not in use");

        assertThat(two.allLinks).hasSize(1);
    }

    @Test
    void close_withASuccessorOnItsWay_closesBothAndLeavesNoTimer() {
        FakeTransport.Link old = bench.connect();
        bench.session.renew(0, "new certificate");
        FakeTransport.Link next = bench.transport.link();

        bench.session.close("the agent is closing");

        assertThat(Stream.of(old, next))
                .allSatisfy(link -> assertThat(link.closed).isNotNull());
        assertThat(bench.timers.size()).isZero();
    }

    // ---- several ways ----

    @Test
    void connect_firstWayFails_takesTheNextAtOnceAndGoesBackWhenItCan() {
        SessionBench two = withWays(2);
        two.session.start();
        two.allLinks.get(0).listener.onClosed(CloseReason.retry("blocked", null));
        two.turn();
        FakeTransport.Link second = two.allLinks.get(1);
        second.say(welcome());
        two.turn();
        assertThat(two.session.isReady()).isTrue();
        two.offerLogs(1);
        two.turn();

        passUntilLinks(two, second, 3);
        FakeTransport.Link better = two.allLinks.get(2);
        assertThat(two.transport.links).contains(better);
        better.say(welcome());
        two.turn();

        assertThat(second.closed).isNotNull();
        assertThat(two.offline).hasSize(1);
        assertThat(better.received(TelemetryBatch.class)).hasSize(1);
        pass(two, better, LONG);
        assertThat(two.allLinks).as("there is nothing better").hasSize(3);
    }

    @Test
    void connect_betterWayStillFails_staysAndTriesAgain() {
        SessionBench two = withWays(2);
        two.session.start();
        two.allLinks.get(0).listener.onClosed(CloseReason.retry("blocked", null));
        two.turn();
        FakeTransport.Link second = two.allLinks.get(1);
        second.say(welcome());
        two.turn();
        for (int tries = 1; tries <= 3; tries++) {
            passUntilLinks(two, second, 2 + tries);
            two.allLinks.get(1 + tries).listener.onClosed(CloseReason.retry("blocked", null));
            two.turn();
        }
        assertThat(second.closed).isNull();
        assertThat(two.offline).hasSize(1);
    }

    @Test
    void drain_withAnEndpointOfOurs_goesThere() {
        SessionBench two = withWays(2);
        FakeTransport.Link first = two.connect();
        first.say(new Drain("balance", Duration.ZERO, "memory-1"));
        two.turn();
        two.advance(Duration.ofSeconds(2));

        assertThat(((FakeTransport) two.ways.get(1)).links).hasSize(1);
    }

    @Test
    void refusal_withAnEndpointOfNobody_isCountedAndNotFollowed() {
        bench.session.start();
        bench.transport.link().say(new Refusal(Refusal.Code.BUSY, "full", Duration.ZERO, "grpc://evil.example:443"));
        bench.turn();
        bench.advance(Duration.ofSeconds(2));

        assertThat(bench.counters.value("protocol.ignored{unknown_endpoint}")).isEqualTo(1);
        assertThat(bench.transport.links).hasSize(2);
    }

    // ---- the network ----

    @Test
    void onNetworkChanged_waiting_connectsAtOnce() {
        bench.session.start();
        bench.transport.link().listener.onClosed(CloseReason.refused("no route", null));
        bench.turn();

        bench.session.onNetworkChanged();

        assertThat(bench.transport.links).hasSize(2);
    }

    @Test
    void onNetworkChanged_toldToWait_waits() {
        bench.session.start();
        bench.transport.link().say(new Refusal(Refusal.Code.BUSY, "later", Duration.ofMinutes(1)));
        bench.turn();

        bench.session.onNetworkChanged();

        assertThat(bench.transport.links).hasSize(1);
    }

    @Test
    void onNetworkChanged_ready_findsOutWithinSecondsWhetherTheLinkIsDead() {
        FakeTransport.Link link = bench.connect();
        link.say(new HeartbeatAck());
        bench.advance(Duration.ofSeconds(1));

        bench.session.onNetworkChanged();
        bench.turn();
        assertThat(link.received(Ping.class)).hasSize(1);
        link.say(new Pong());
        bench.advance(Duration.ofSeconds(5));
        assertThat(link.closed).isNull();
        bench.session.onNetworkChanged();
        bench.advance(Duration.ofSeconds(5));

        assertThat(link.closed).isNotNull();
        assertThat(bench.offline.get(0).detail()).contains("of a ping");
        assertThat(bench.counters.value("session.failures{lost}")).isEqualTo(1);
    }
}
