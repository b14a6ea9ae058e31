package dev.outpost.agent.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.Drain;
import dev.outpost.agent.protocol.Goodbye;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.transport.CloseReason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a session comes to be, stays alive, ends and comes again. */
class SessionTest {

    private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(5);

    private final SessionBench bench = new SessionBench();

    // ---- connecting ----

    @Test
    void start_opensALinkAndLetsMessagesIn() {
        bench.session.start();

        assertThat(bench.transport.links).hasSize(1);
        assertThat(bench.transport.link().hello.id()).isEqualTo(1);
        assertThat(bench.transport.link().requested).isEqualTo(64);
        assertThat(bench.session.isReady()).isFalse();
    }

    @Test
    void welcome_makesItReadyAndSendsAHeartbeatAtOnce() {
        FakeTransport.Link link = bench.connect();

        assertThat(bench.session.isReady()).isTrue();
        assertThat(bench.online).containsExactly("s");
        assertThat(link.received(Heartbeat.class)).hasSize(1);
        assertThat(link.received.get(0).id()).as("the hello had 1").isEqualTo(2);
    }

    @Test
    void connect_noWelcomeInTime_isTriedAgain() {
        bench.session.start();
        bench.advance(SessionBench.CONNECT_TIMEOUT.minusNanos(1));
        assertThat(bench.transport.link().closed).isNull();

        FakeTransport.Link first = bench.transport.link();
        bench.advance(Duration.ofNanos(1));

        assertThat(first.closed).isNotNull();
        assertThat(bench.offline)
                .singleElement()
                .satisfies(reason -> assertThat(reason.detail()).contains("no welcome within PT10S"));
        bench.turn();
        assertThat(bench.transport.links).as("at once after the first failure").hasSize(2);
    }

    @Test
    void connect_transportThrowsAgainstItsContract_isTriedAgain() {
        bench.transport.failure = new IllegalStateException("on purpose");
        bench.session.start();
        bench.transport.failure = null;

        bench.advance(Duration.ofSeconds(2));

        assertThat(bench.offline).hasSize(1);
        assertThat(bench.transport.links).hasSize(1);
    }

    @Test
    void pump_transportThrowsAgainstItsContract_endsTheLinkAndConnectsAnew() {
        FakeTransport.Link link = bench.connect();
        link.brokenBy = new IllegalStateException("on purpose");
        bench.offerLogs(1);
        bench.turn();

        assertThat(link.closed).isNotNull();
        assertThat(bench.offline)
                .singleElement()
                .satisfies(reason -> assertThat(reason.detail()).contains("on purpose"));
        bench.turn();
        assertThat(bench.letIn().received(TelemetryBatch.class)).hasSize(1);
    }

    @Test
    void connect_firstMessageIsNoWelcome_endsTheLinkWithoutRepeatingItsContent() {
        bench.session.start();
        TaskRequest secret = TaskRequest.of("t").argument("password", "hunter2").build();
        bench.transport.link().say(new TaskDispatch(secret));
        bench.turn();

        assertThat(bench.offline).hasSize(1);
        assertThat(bench.offline.get(0).detail()).contains("TaskDispatch").doesNotContain("hunter2");
        assertThat(bench.dispatched).isEmpty();
    }

    @Test
    void welcome_second_endsTheLink() {
        FakeTransport.Link link = bench.connect();
        link.say(new Welcome("again", Duration.ZERO, 0, 0, List.of()));
        bench.turn();

        assertThat(link.closed).isNotNull();
        assertThat(bench.online).containsExactly("s");
    }

    @Test
    void callbacks_ofALinkThatIsGone_areIgnored() {
        FakeTransport.Link old = bench.connect();
        old.listener.onClosed(CloseReason.retry("cut", null));
        bench.turn();
        FakeTransport.Link next = bench.transport.link();
        assertThat(next).isNotSameAs(old);

        old.say(new Welcome("stale", Duration.ZERO, 0, 0, List.of()));
        old.listener.onWritable();
        old.listener.onClosed(CloseReason.refused("stale", null));
        bench.turn();

        assertThat(bench.online).containsExactly("s");
        assertThat(bench.offline).hasSize(1);
        assertThat(next.closed).isNull();
    }

    // ---- staying alive ----

    @Test
    void heartbeat_answered_goesOnAtItsInterval() {
        FakeTransport.Link link = bench.connect();
        for (int i = 0; i < 10; i++) {
            link.say(new HeartbeatAck());
            bench.advance(SessionBench.HEARTBEAT);
        }

        assertThat(link.received(Heartbeat.class)).hasSize(11);
        assertThat(link.closed).isNull();
    }

    @Test
    void heartbeat_noAnswerWithinFiveSeconds_endsTheLink() {
        FakeTransport.Link link = bench.connect();
        bench.advance(ANSWER_DEADLINE.minusNanos(1));
        assertThat(link.closed).isNull();

        bench.advance(Duration.ofNanos(1));

        assertThat(link.closed).isNotNull();
        assertThat(bench.offline.get(0).detail()).contains("nothing received within PT5S");
    }

    /** A link that needs longer than that for a batch would else never deliver any. */
    @Test
    void heartbeat_notAnsweredBehindABatchThatIsNotTaken_theNextLinkGetsMoreTime() {
        FakeTransport.Link first = bench.connect();
        bench.offerLogs(1);
        bench.turn();
        first.say(new HeartbeatAck());
        bench.advance(SessionBench.HEARTBEAT);
        bench.advance(ANSWER_DEADLINE);
        assertThat(first.closed).isNotNull();

        FakeTransport.Link second = bench.letIn();
        bench.advance(ANSWER_DEADLINE.plusSeconds(2));
        assertThat(second.closed).isNull();
        second.say(new BatchAck(bench.logPosition(1)));
        bench.advance(SessionBench.HEARTBEAT.minusSeconds(7));
        bench.advance(ANSWER_DEADLINE.plusSeconds(4));
        assertThat(second.closed).isNull();
        bench.advance(Duration.ofSeconds(1));
        assertThat(second.closed).as("after ten seconds").isNotNull();

        bench.timeToNextAttempt();
        FakeTransport.Link third = bench.letIn();
        bench.advance(Duration.ofSeconds(13));
        assertThat(third.closed).as("an answer took seven").isNull();
        third.say(new HeartbeatAck());
        bench.turn();
        third.listener.onClosed(CloseReason.retry("cut", null));
        bench.turn();
    }

    @Test
    void heartbeat_notAnsweredWithNothingUnderWay_isADeadLinkAndTheNextGetsTheUsualTime() {
        FakeTransport.Link first = bench.connect();
        for (int heartbeats = 0; heartbeats < 2; heartbeats++) {
            first.say(new HeartbeatAck());
            bench.turn();
            bench.advance(SessionBench.HEARTBEAT);
        }
        bench.advance(ANSWER_DEADLINE);
        FakeTransport.Link second = bench.letIn();
        bench.advance(ANSWER_DEADLINE);

        assertThat(second.closed).isNotNull();
    }

    /** A large set of schedules may be on its way, and heard of when all of it is there. */
    @Test
    void heartbeat_notAnsweredSinceTheWelcome_theNextLinksGetMoreTimeUpToABound() {
        bench.session.start();
        for (int seconds : new int[] {5, 10, 20, 40, 40}) {
            FakeTransport.Link link = bench.letIn();
            bench.advance(Duration.ofSeconds(seconds).minusMillis(1));
            assertThat(link.closed).as("within %d seconds", seconds).isNull();
            bench.advance(Duration.ofMillis(1));
            assertThat(link.closed).as("after %d seconds", seconds).isNotNull();
            if (bench.transport.link() == link) {
                bench.timeToNextAttempt();
            }
        }
    }

    @Test
    void end_notBySilence_leavesTheTimeForAnswersAsItIs() {
        FakeTransport.Link first = bench.connect();
        bench.offerLogs(1);
        bench.turn();
        first.say(new Drain("upgrade", Duration.ZERO));
        bench.timeToNextAttempt();
        FakeTransport.Link second = bench.letIn();
        second.listener.onClosed(CloseReason.retry("reset", null));
        bench.timeToNextAttempt();
        FakeTransport.Link third = bench.letIn();
        bench.advance(ANSWER_DEADLINE);

        assertThat(third.closed).isNotNull();
    }

    /** Heartbeats that follow one another faster than the deadline must not push it ahead of them. */
    @Test
    void heartbeat_shortIntervalAndNoAnswer_endsTheLinkAllTheSame() {
        SessionBench quick = new SessionBench(Duration.ofSeconds(1));
        FakeTransport.Link link = quick.connect();
        for (int i = 0; i < 5; i++) {
            quick.advance(Duration.ofSeconds(1));
        }

        assertThat(link.closed).isNotNull();
    }

    @Test
    void heartbeat_anyMessageInTime_isAnAnswer() {
        FakeTransport.Link link = bench.connect();
        bench.advance(Duration.ofSeconds(4));
        link.say(new TaskDispatch(TaskRequest.of("t").build()));
        bench.turn();
        bench.advance(Duration.ofSeconds(20));

        assertThat(link.closed).isNull();
    }

    @Test
    void heartbeat_intervalOfTheWelcome_isTakenWithinBounds() {
        assertThat(intervalAfterWelcomeWith(Duration.ofSeconds(2))).isEqualTo(Duration.ofSeconds(2));
        assertThat(intervalAfterWelcomeWith(Duration.ofMillis(1))).isEqualTo(Duration.ofMillis(100));
        assertThat(intervalAfterWelcomeWith(Duration.ofDays(1))).isEqualTo(Duration.ofMinutes(10));
        assertThat(intervalAfterWelcomeWith(Duration.ZERO)).isEqualTo(SessionBench.HEARTBEAT);
    }

    private static Duration intervalAfterWelcomeWith(Duration asked) {
        SessionBench bench = new SessionBench();
        bench.session.start();
        FakeTransport.Link link = bench.transport.link();
        link.say(new Welcome("s", asked, 0, 0, List.of()));
        bench.turn();
        link.say(new HeartbeatAck());
        bench.turn();
        Duration step = Duration.ofMillis(100);
        Duration waited = Duration.ZERO;
        while (link.received(Heartbeat.class).size() < 2) {
            bench.advance(step);
            waited = waited.plus(step);
        }
        return waited;
    }

    // ---- coming again ----

    @Test
    void backoff_failuresInARow_growUpToTheMaximum() {
        bench.session.start();
        Duration longest = Duration.ZERO;
        for (int failures = 1; failures <= 30; failures++) {
            bench.transport.link().listener.onClosed(CloseReason.retry("down", null));
            Duration waited = bench.timeToNextAttempt();

            long bound = failures == 1 ? 0 : Math.min(60, 1L << Math.min(failures - 2, 10));
            assertThat(waited)
                    .as("after %d failures", failures)
                    .isBetween(Duration.ZERO, Duration.ofSeconds(bound).plusMillis(10));
            longest = waited.compareTo(longest) > 0 ? waited : longest;
        }
        assertThat(longest).as("the longest wait").isGreaterThan(Duration.ofSeconds(15));
    }

    @Test
    void backoff_afterAHealthyMinute_beginsAnew() {
        bench.session.start();
        for (int i = 0; i < 8; i++) {
            bench.transport.link().listener.onClosed(CloseReason.retry("down", null));
            bench.timeToNextAttempt();
        }
        FakeTransport.Link link = bench.letIn();
        for (int i = 0; i < 2; i++) {
            link.say(new HeartbeatAck());
            bench.advance(SessionBench.HEARTBEAT);
        }
        link.say(new HeartbeatAck());
        bench.turn();

        link.listener.onClosed(CloseReason.retry("cut", null));

        assertThat(bench.timeToNextAttempt()).isZero();
    }

    /** The connection is a new one, the session is not. */
    @Test
    void backoff_afterAMoveOfAHealthySession_beginsAnew() {
        bench.session.start();
        for (int i = 0; i < 8; i++) {
            bench.transport.link().listener.onClosed(CloseReason.retry("down", null));
            bench.timeToNextAttempt();
        }
        FakeTransport.Link link = bench.letIn();
        for (int i = 0; i < 2; i++) {
            link.say(new HeartbeatAck());
            bench.advance(SessionBench.HEARTBEAT);
        }
        bench.session.renew(0, "new certificate");
        FakeTransport.Link moved = bench.letIn();
        assertThat(link.closed).isNotNull();

        moved.listener.onClosed(CloseReason.retry("cut", null));

        assertThat(bench.timeToNextAttempt()).isZero();
    }

    @Test
    void refusal_misconfigured_isTriedAgainRarely() {
        bench.session.start();
        Duration last = Duration.ZERO;
        for (int refusals = 1; refusals <= 6; refusals++) {
            bench.transport.link().say(new Refusal(Refusal.Code.UNAUTHENTICATED, "who?", Duration.ZERO));
            last = bench.timeToNextAttempt();

            Duration bound = Duration.ofMinutes(Math.min(15, 1L << (refusals - 1)));
            assertThat(last).isBetween(bound.dividedBy(2), bound.plusMillis(10));
        }
        assertThat(bench.offline)
                .allSatisfy(reason -> assertThat(reason.next()).isEqualTo(CloseReason.Next.RETRY_RARELY));
        assertThat(bench.counters.value("session.refused{UNAUTHENTICATED}")).isEqualTo(6);
    }

    @Test
    void refusal_busyWithATime_waitsAtLeastThatLong() {
        bench.session.start();
        bench.transport.link().say(new Refusal(Refusal.Code.BUSY, "later", Duration.ofSeconds(20)));

        assertThat(bench.timeToNextAttempt()).isEqualTo(Duration.ofSeconds(20));
        assertThat(bench.offline.get(0).next()).isEqualTo(CloseReason.Next.RETRY_WITH_BACKOFF);
    }

    @Test
    void refusal_streamConflict_comesBackSoon() {
        bench.session.start();
        bench.transport.link().say(new Refusal(Refusal.Code.STREAM_CONFLICT, "copied", Duration.ZERO));
        bench.turn();

        assertThat(bench.offline.get(0).next()).isEqualTo(CloseReason.Next.RETRY_WITH_BACKOFF);
    }

    @Test
    void drain_comesBackWithinTheSpread() {
        FakeTransport.Link link = bench.connect();
        link.say(new Drain("upgrade", Duration.ofSeconds(30)));
        bench.turn();
        assertThat(link.closed).isNotNull();

        assertThat(bench.timeToNextAttempt()).isBetween(Duration.ofMillis(10), Duration.ofSeconds(30));
        assertThat(bench.offline.get(0).next()).isEqualTo(CloseReason.Next.RECONNECT);
    }

    @Test
    void reconnectNow_whileWaiting_endsTheWait() {
        bench.session.start();
        bench.transport.link().say(new Refusal(Refusal.Code.INVALID, "no", Duration.ofHours(1)));
        bench.turn();

        bench.session.reconnectNow();
        assertThat(bench.transport.links).hasSize(2);
        bench.session.reconnectNow();
        assertThat(bench.transport.links).as("an attempt is under way").hasSize(2);
        bench.letIn();
        bench.advance(Duration.ofSeconds(2));
        assertThat(bench.transport.links).hasSize(2);
    }

    // ---- the end ----

    @Test
    void close_ready_saysGoodbyeAndNothingAfter() {
        FakeTransport.Link link = bench.connect();
        bench.session.close("the agent is closing");

        assertThat(link.received(Goodbye.class)).containsExactly(new Goodbye("the agent is closing"));
        assertThat(link.closed).isNotNull();
        link.listener.onClosed(CloseReason.stop("closed"));
        bench.offerLogs(1);
        bench.advance(Duration.ofHours(1));
        assertThat(bench.transport.links).hasSize(1);
        assertThat(bench.timers.size()).isZero();
    }

    @Test
    void close_waiting_makesNoFurtherAttempt() {
        bench.session.start();
        bench.transport.link().say(new Refusal(Refusal.Code.INVALID, "no", Duration.ZERO));
        bench.turn();
        bench.session.close("the agent is closing");
        bench.session.reconnectNow();
        bench.advance(Duration.ofHours(1));

        assertThat(bench.transport.links).hasSize(1);
    }
}
