package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Drain;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Goodbye;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.request.RequestException.Reason;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The session: connects, is let in, stays alive, connects again; and, while it stands, moves to another connection without a
 * break when there is reason to. Control loop only.
 */
public final class Session {

    private static final Duration HEALTHY_AFTER = Duration.ofMinutes(1);

    private enum Phase {
        IDLE,
        CONNECTING,
        READY,
        WAITING,
        ENDED
    }

    private final SessionSettings settings;
    private final SessionEvents events;
    private final Cargo cargo;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private final RandomGenerator random;
    private final Guard guard;
    private final Counters counters;
    private final CenterMessages centerMessages;
    private final Ways ways;
    private final Succession succession;
    private final ClockSkew skew = new ClockSkew();
    private final Patience patience = new Patience();

    private Phase phase = Phase.IDLE;
    private @Nullable Link link;
    private Timers.@Nullable Timer waitTimer;
    private long readySince;

    /** The connection before has ended, and the one that was to succeed it is not let in yet. */
    private boolean moving;

    /** A session that has not begun. */
    public Session(
            List<Transport> transports,
            SessionSettings settings,
            SessionEvents events,
            ReportSource reports,
            List<Lane> lanes,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            RandomGenerator random,
            Guard guard,
            Counters counters) {
        this.settings = settings;
        this.events = events;
        this.cargo = new Cargo(lanes, reports, settings.windowBatches(), timers, clock);
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
        this.random = random;
        this.guard = guard;
        this.counters = counters;
        this.ways = new Ways(transports, settings.backoff(), random, clock);
        this.centerMessages = new CenterMessages(cargo, events, ways, skew, random, clock, counters);
        this.succession =
                new Succession(this::newLink, ways, settings.connectTimeout(), timers, clock, random, counters);
    }

    /** Begins to connect. */
    public void start() {
        connect();
    }

    /** Ends a wait between two attempts, if there is one. */
    public void reconnectNow() {
        if (phase == Phase.WAITING) {
            timers.cancel(waitTimer);
            connect();
        }
    }

    /** The network is another than before: a wait may be over, and a connection may be dead without having said so. */
    public void onNetworkChanged() {
        counters.counter("session.network_changes").increment();
        Link current = link;
        if (phase == Phase.READY && current != null) {
            current.ping();
        } else if (!ways.isBarred()) {
            reconnectNow();
        }
    }

    /**
     * What a way would show of who it is has changed, or is about to expire: moves to a new connection, if it is that one's, at once or when
     * the one that is being made is let in. Who was refused with what was there before tries at once.
     */
    public void renew(int way, String why) {
        Link current = link;
        if (phase == Phase.READY) {
            succession.renew(way, why);
        } else if (phase == Phase.CONNECTING && current != null && current.way() == way) {
            current.outdate();
        } else if (phase == Phase.WAITING && ways.next() == way && !ways.isBarred()) {
            reconnectNow();
        }
    }

    /** Sends a request; its answer comes to {@code asked}. */
    public void request(Requests.Asked asked) {
        Link current = link;
        Uplink uplink = phase == Phase.READY && current != null ? current.uplink() : null;
        if (uplink == null) {
            asked.fail(Reason.UNAVAILABLE, "there is no session with the control center");
        } else {
            cargo.requests().ask(asked, uplink);
        }
    }

    /** Sends what waits; called once per turn of the control loop. */
    public int pump() {
        Link current = link;
        if (phase != Phase.READY || current == null) {
            return 0;
        }
        try {
            return current.pump();
        } catch (Throwable t) { // the transport's code, against its contract: it must not stop the loop's other work
            end(current, CloseReason.retry("the transport failed: " + Guard.describe(t), t));
            return 0;
        }
    }

    /** Whether the control center has let us in and the link stands. */
    public boolean isReady() {
        return phase == Phase.READY;
    }

    /** How far the control center's clock is ahead, in milliseconds; any thread. */
    public OptionalLong clockSkewMillis() {
        return skew.millis();
    }

    /** Says goodbye and closes; nothing follows. */
    public void close(String reason) {
        Link current = link;
        Uplink uplink = current == null ? null : current.uplink();
        if (phase == Phase.READY && uplink != null) {
            uplink.send(new Goodbye(reason), 0);
            uplink.pump();
        }
        phase = Phase.ENDED;
        timers.cancel(waitTimer);
        link = null;
        CloseReason stop = CloseReason.stop(reason);
        succession.end(stop);
        cargo.requests().failAll(Reason.LOST, reason);
        if (current != null) {
            current.close(stop);
        }
    }

    // ---- connecting -----------------------------------------------------------------------------------------------

    private void connect() {
        phase = Phase.CONNECTING;
        Link next = newLink(ways.next());
        link = next;
        next.open(ways.transport(next.way()), settings.connectTimeout());
    }

    private Link newLink(int way) {
        counters.counter("session.attempts").increment();
        Envelope<Hello> hello = new Envelope<>(1, 0, clock.epochNanos(), events.hello());
        return new Link(way, hello, new CommandWindow(skew, counters), new LinkEvents(), timers, inbox, clock, guard);
    }

    private void onWelcome(Link welcomed, Envelope<CenterMessage> message, Welcome welcome) {
        Connection<AgentMessage> connection = welcomed.connection();
        boolean succeeds = succession.isCandidate(welcomed);
        if (connection == null || welcomed.uplink() != null || !(succeeds || phase == Phase.CONNECTING)) {
            end(
                    welcomed,
                    CloseReason.retry("a second welcome on one connection", null)
                            .as(CloseReason.Fault.PROTOCOL));
            return;
        }
        Link before = succeeds ? link : null;
        link = welcomed;
        phase = Phase.READY;
        if (before != null) {
            letGo(before);
        }
        if (before != null || moving) {
            // The same session over another connection: it is as old as it was.
            counters.counter("session.moved").increment();
        } else {
            readySince = clock.nanoTime();
        }
        moving = false;
        ways.welcomed(welcome.reconnectSpread());
        skew.answered(welcomed.hello().epochNanos(), message.epochNanos(), clock.epochNanos(), clock.nanoTime());
        Uplink uplink = new Uplink(connection, clock, cargo.reports(), cargo.chains(), 2, welcome.maxBatchBytes());
        Liveness liveness = new Liveness(
                uplink,
                events::heartbeat,
                Liveness.interval(welcome.heartbeatInterval(), settings.heartbeatInterval()),
                patience.present(),
                timers,
                clock,
                counters,
                why -> end(welcomed, CloseReason.retry(why, null).as(CloseReason.Fault.LOST)));
        cargo.connected(
                welcomed.hello().payload().streams(),
                welcome.windowBatches(),
                () -> welcome.streams().forEach(centerMessages::onAck));
        counters.counter("session.established").increment();
        events.onOnline(welcome.sessionId());
        welcomed.begin(uplink, liveness);
        succession.onReady(welcomed);
    }

    /** Another connection takes over from one that stands: what was under way there is sent again here. */
    private void letGo(Link before) {
        cargo.moved();
        before.close(CloseReason.reconnect("the session has moved to another connection"));
    }

    // ---- what comes -----------------------------------------------------------------------------------------------

    private final class LinkEvents implements Link.Events {

        @Override
        public void onLinked() {
            counters.counter("session.links").increment();
        }

        @Override
        public void onMessage(Link from, Envelope<CenterMessage> message) {
            if (from == link || succession.isCandidate(from)) {
                receive(from, message);
            }
        }

        @Override
        public void onClosed(Link closed, CloseReason reason) {
            end(closed, reason);
        }
    }

    private void receive(Link from, Envelope<CenterMessage> message) {
        CenterMessage payload = message.payload();
        Uplink uplink = from.uplink();
        if (payload instanceof Welcome welcome) {
            onWelcome(from, message, welcome);
        } else if (payload instanceof Refusal refusal) {
            onRefusal(from, refusal);
        } else if (uplink == null) {
            String name = payload.getClass().getSimpleName();
            end(
                    from,
                    CloseReason.retry("the first message was a " + name + " and no welcome", null)
                            .as(CloseReason.Fault.PROTOCOL));
        } else if (payload instanceof Drain drain) {
            onDrain(from, drain);
        } else {
            centerMessages.handle(from, uplink, message);
        }
    }

    private void onRefusal(Link from, Refusal refusal) {
        counters.counter("session.refused", refusal.code().name()).increment();
        if (refusal.code() == Refusal.Code.STREAM_CONFLICT) {
            events.onStreamConflict();
        }
        end(from, Refusals.reason(refusal));
        follow(refusal.endpoint());
    }

    private void onDrain(Link from, Drain drain) {
        Duration wait =
                Duration.ofNanos((long) (random.nextDouble() * drain.spread().toNanos()));
        String detail = "drained by the control center: " + drain.reason();
        end(from, new CloseReason(CloseReason.Next.RECONNECT, detail, wait, null));
        follow(drain.endpoint());
    }

    /** Only to where the host has allowed it: the control center cannot send an agent anywhere else. */
    private void follow(String endpoint) {
        if (!endpoint.isEmpty() && phase == Phase.WAITING && !ways.advise(endpoint)) {
            counters.counter("protocol.ignored", "unknown_endpoint").increment();
        }
    }

    // ---- the end of a link ----------------------------------------------------------------------------------------

    /** A link ends by our will or by itself; the next attempt is scheduled, unless a successor is on its way. */
    private void end(Link ended, CloseReason reason) {
        if (phase == Phase.ENDED) {
            return;
        }
        if (succession.isCandidate(ended)) {
            ended.close(reason);
            succession.onFailed(reason);
            return;
        }
        if (ended != link) {
            return;
        }
        boolean wasReady = phase == Phase.READY;
        if (wasReady) {
            patience.learn(ended.experience());
        }
        ended.close(reason);
        cargo.disconnected();
        boolean healthy = wasReady && clock.nanoTime() - readySince >= HEALTHY_AFTER.toNanos();
        Duration delay = wasReady
                ? ways.afterSession(ended.way(), reason, healthy)
                : ended.isOutdated() && reason.next() == CloseReason.Next.RETRY_RARELY
                        ? ways.afterOutdated(ended.way(), reason)
                        : ways.afterAttempt(ended.way(), reason);
        link = succession.promote();
        if (link != null) {
            // It has begun already. The control center, which knows one connection of ours, has closed the other
            // for it.
            phase = Phase.CONNECTING;
            moving = wasReady;
            return;
        }
        counters.counter("session.failures", reason.fault().name().toLowerCase(Locale.ROOT))
                .increment();
        if (wasReady || moving) {
            counters.counter("session.lost").increment();
        }
        moving = false;
        phase = Phase.WAITING;
        waitTimer = timers.schedule(clock.nanoTime(), delay, this::connect);
        events.onOffline(reason);
    }
}
