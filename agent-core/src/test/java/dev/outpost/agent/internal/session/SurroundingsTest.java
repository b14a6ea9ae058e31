package dev.outpost.agent.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Identity;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is noticed without anybody saying so. */
class SurroundingsTest {

    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Duration IDENTITY = Duration.ofSeconds(30);

    private final SessionBench bench = new SessionBench();
    private final Queue<Runnable> beside = new ArrayDeque<>();
    private final ThrottledLog log = new ThrottledLog(bench.clock);
    private String network = "eth0=10.0.0.1";
    private boolean letsIn;
    private Surroundings surroundings;

    @BeforeEach
    void start() {
        surroundings = new Surroundings(
                bench.ways,
                bench.session,
                () -> network,
                IDENTITY,
                beside::add,
                bench.timers,
                bench.inbox,
                bench.clock,
                new Guard(bench.counters, log),
                log,
                bench.counters);
        bench.transport.identity = certificate("a", Duration.ofDays(365));
        surroundings.start();
        look();
    }

    private Identity certificate(String fingerprint, Duration left) {
        Instant expires = now().plus(left);
        return new Identity(fingerprint, expires.minus(Duration.ofDays(365)), expires, null);
    }

    private Instant now() {
        return Instant.ofEpochMilli(TimeUnit.NANOSECONDS.toMillis(bench.clock.epochNanos()));
    }

    private void look() {
        bench.turn();
        while (!beside.isEmpty()) {
            beside.remove().run();
        }
        bench.turn();
    }

    /** With the link alive. */
    private void pass(Duration time) {
        for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(LOOK)) {
            for (FakeTransport.Link link : bench.transport.links) {
                link.say(new HeartbeatAck());
            }
            bench.clock.advance(LOOK);
            int before = bench.transport.links.size();
            look();
            if (letsIn && bench.transport.links.size() > before) {
                bench.letIn();
            }
        }
    }

    @Test
    void look_nothingHasChanged_leavesTheSessionAlone() {
        bench.connect();
        pass(Duration.ofMinutes(10));

        assertThat(bench.transport.links).hasSize(1);
        assertThat(bench.transport.link().received(Ping.class)).isEmpty();
        assertThat(surroundings.problems()).isEmpty();
    }

    @Test
    void look_certificateIsAnother_renewsTheConnection() {
        bench.connect();
        bench.transport.identity = certificate("b", Duration.ofDays(365));

        pass(IDENTITY);

        assertThat(bench.transport.links).hasSize(2);
        assertThat(bench.counters.value("session.renewals")).isEqualTo(1);
    }

    @Test
    void look_certificateCannotBeRead_isSaidAndChangesNothing() {
        bench.connect();
        bench.transport.identityFailure = new IOException("half written");
        pass(IDENTITY);
        assertThat(surroundings.problems()).singleElement().asString().contains("half written");
        bench.transport.identityFailure = null;
        pass(IDENTITY);

        assertThat(surroundings.problems()).isEmpty();
        assertThat(bench.transport.links).hasSize(1);
    }

    @Test
    void look_certificateHasAFifthOfItsLifeLeft_isSaid() {
        bench.transport.identity = certificate("a", Duration.ofDays(74));
        pass(IDENTITY);
        assertThat(surroundings.problems()).isEmpty();
        assertThat(surroundings.secondsToExpiry())
                .hasValue(Duration.ofDays(74).minus(IDENTITY).toSeconds());

        bench.transport.identity = certificate("a", Duration.ofDays(73));
        pass(IDENTITY);

        assertThat(surroundings.problems()).singleElement().asString().contains("expires at");
    }

    @Test
    void look_tokenWillExpire_renewsOnceBeforeItDoes() {
        bench.connect();
        letsIn = true;
        Instant expires = now().plus(Duration.ofMinutes(10));
        bench.transport.identity = new Identity("a", null, null, expires);
        pass(Duration.ofMinutes(7));
        assertThat(bench.transport.links).hasSize(1);

        pass(Duration.ofMinutes(2));

        assertThat(bench.transport.links).hasSize(2);
        assertThat(bench.counters.value("session.moved")).isEqualTo(1);
    }

    /** Credentials may keep their token until shortly before its end, or for longer. */
    @Test
    void look_tokenStaysTheSame_renewsMoreRarelyThanItLooks() {
        bench.connect();
        letsIn = true;
        bench.transport.identity = new Identity("a", null, null, now().plus(Duration.ofMinutes(60)));
        pass(Duration.ofMinutes(60));
        assertThat(bench.counters.value("session.moved"))
                .as("in the last 12 minutes")
                .isBetween(2L, 6L);
        pass(Duration.ofMinutes(60));
        assertThat(bench.counters.value("session.moved")).as("an hour later").isBetween(10L, 19L);
    }

    @Test
    void look_networkIsAnother_asksWhetherTheLinkIsAlive() {
        FakeTransport.Link link = bench.connect();
        network = "eth0=10.0.0.1 tun0=10.8.0.2";

        pass(LOOK);

        assertThat(link.received(Ping.class)).hasSize(1);
    }

    @Test
    void look_networkIsBack_endsTheWait() {
        bench.session.start();
        bench.transport.link().listener.onClosed(CloseReason.refused("no route", null));
        network = "";
        pass(LOOK);
        int before = bench.transport.links.size();
        bench.transport.link().listener.onClosed(CloseReason.refused("no route", null));
        network = "eth0=10.0.0.7";

        pass(LOOK);

        assertThat(bench.transport.links).hasSize(before + 1);
    }

    @Test
    void look_theOneBeforeHangs_isNotBegun() {
        bench.clock.advance(IDENTITY);
        bench.turn();
        assertThat(beside).hasSize(2);
        bench.clock.advance(IDENTITY);
        bench.turn();

        assertThat(beside).hasSize(2);
    }

    @Test
    void close_looksNoMore() {
        surroundings.close();
        bench.clock.advance(IDENTITY);
        bench.turn();

        assertThat(beside).isEmpty();
    }
}
