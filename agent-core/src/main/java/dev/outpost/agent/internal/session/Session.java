package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.lane.Chain;
import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Drain;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Goodbye;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The session: connects, is let in, stays alive, connects again. Control loop only. */
public final class Session {

    private static final int INBOUND_WINDOW = 64;
    private static final int MOST_URGENT = 256;
    private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(5);
    private static final Duration HEALTHY_AFTER = Duration.ofMinutes(1);
    private static final Duration RARELY = Duration.ofMinutes(1);
    private static final Duration MOST_RARELY = Duration.ofMinutes(15);
    private static final Duration SHORTEST_HEARTBEAT = Duration.ofMillis(100);
    private static final Duration LONGEST_HEARTBEAT = Duration.ofMinutes(10);

    private enum Phase {
        IDLE,
        CONNECTING,
        READY,
        WAITING,
        ENDED
    }

    private final Transport transport;
    private final SessionSettings settings;
    private final SessionEvents events;
    private final ReportSource reports;
    private final List<Lane> lanes;
    private final List<Chain> chains;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private final RandomGenerator random;
    private final Guard guard;
    private final Counters counters;
    private final CenterMessages centerMessages;

    private Phase phase = Phase.IDLE;
    private @Nullable Link link;
    private Timers.@Nullable Timer timer;
    private Timers.@Nullable Timer heartbeatTimer;
    private Timers.@Nullable Timer answerTimer;
    private int failures;
    private int refusals;
    private long readySince;
    private Duration heartbeatInterval;

    /** A session that has not begun. */
    public Session(
            Transport transport,
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
        this.transport = transport;
        this.settings = settings;
        this.events = events;
        this.reports = reports;
        this.lanes = List.copyOf(lanes);
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
        this.random = random;
        this.guard = guard;
        this.counters = counters;
        this.chains =
                this.lanes.stream().flatMap(lane -> lane.chains().stream()).toList();
        this.centerMessages = new CenterMessages(chains, reports, events, random, clock, counters);
        this.heartbeatInterval = settings.heartbeatInterval();
    }

    /** Begins to connect. */
    public void start() {
        connect();
    }

    /** Ends a wait between two attempts, if there is one. */
    public void reconnectNow() {
        if (phase == Phase.WAITING) {
            timers.cancel(timer);
            connect();
        }
    }

    /** Sends what waits; called once per turn of the control loop. */
    public int pump() {
        Link current = link;
        if (phase != Phase.READY || current == null || current.uplink == null) {
            return 0;
        }
        try {
            int sent = current.uplink.pump();
            current.letIn();
            return sent;
        } catch (Throwable t) { // the transport's code, against its contract: it must not stop the loop's other work
            end(current, CloseReason.retry("the transport failed: " + Guard.describe(t), t));
            return 0;
        }
    }

    /** Whether the control center has let us in and the link stands. */
    public boolean isReady() {
        return phase == Phase.READY;
    }

    /** Says goodbye and closes; nothing follows. */
    public void close(String reason) {
        Link current = link;
        if (phase == Phase.READY && current != null && current.uplink != null) {
            current.uplink.send(new Goodbye(reason), 0);
            current.uplink.pump();
        }
        phase = Phase.ENDED;
        cancelTimers();
        link = null;
        if (current != null) {
            current.close(CloseReason.stop(reason));
        }
    }

    private void connect() {
        phase = Phase.CONNECTING;
        counters.counter("session.attempts").increment();
        Link next = new Link();
        link = next;
        Envelope<Hello> hello = new Envelope<>(1, 0, clock.epochNanos(), events.hello());
        Duration timeout = settings.connectTimeout();
        timer = after(timeout, () -> end(next, CloseReason.retry("no welcome within " + timeout, null)));
        try {
            next.connection = transport.open(hello, next);
            next.connection.request(INBOUND_WINDOW);
        } catch (Throwable t) { // user code, against its contract: without this there would be no further attempt
            end(next, CloseReason.retry("the transport failed: " + Guard.describe(t), t));
        }
    }

    private void onWelcome(Link current, Welcome welcome) {
        if (phase != Phase.CONNECTING || current.connection == null) {
            end(current, CloseReason.retry("a second welcome on one connection", null));
            return;
        }
        timers.cancel(timer);
        phase = Phase.READY;
        refusals = 0;
        long now = clock.nanoTime();
        readySince = now;
        current.uplink = new Uplink(current.connection, clock, reports, chains, 2, welcome.maxBatchBytes());
        heartbeatInterval = within(welcome.heartbeatInterval());
        int window = welcome.windowBatches();
        for (Lane lane : lanes) {
            lane.gate().connected(true, now);
        }
        welcome.streams().forEach(centerMessages::onAck);
        for (Chain chain : chains) {
            chain.window(window == 0 ? settings.windowBatches() : Math.min(window, settings.windowBatches()));
            chain.onConnected();
        }
        counters.counter("session.established").increment();
        events.onOnline(welcome.sessionId());
        heartbeat(current);
    }

    private Duration within(Duration asked) {
        if (asked.isZero()) {
            return settings.heartbeatInterval();
        }
        return asked.compareTo(SHORTEST_HEARTBEAT) < 0
                ? SHORTEST_HEARTBEAT
                : asked.compareTo(LONGEST_HEARTBEAT) > 0 ? LONGEST_HEARTBEAT : asked;
    }

    private void heartbeat(Link current) {
        if (current.uplink == null) {
            return;
        }
        current.uplink.send(events.heartbeat(), 0);
        counters.counter("heartbeats.sent").increment();
        heartbeatTimer = after(heartbeatInterval, () -> heartbeat(current));
        if (answerTimer == null) { // a heartbeat does not extend the time that the one before was given
            answerTimer = after(
                    ANSWER_DEADLINE,
                    () -> end(
                            current,
                            CloseReason.retry("nothing received within " + ANSWER_DEADLINE + " of a heartbeat", null)));
        }
    }

    /** Whatever came, the other side is alive. */
    private void answered() {
        timers.cancel(answerTimer);
        answerTimer = null;
    }

    private void onRefusal(Link current, Refusal refusal) {
        counters.counter("session.refused", refusal.code().name()).increment();
        if (refusal.code() == Refusal.Code.STREAM_CONFLICT) {
            events.onStreamConflict();
        }
        String detail = "refused by the control center: " + refusal.code() + " " + refusal.detail();
        CloseReason.Next next = switch (refusal.code()) {
            case BUSY, STREAM_CONFLICT -> CloseReason.Next.RETRY_WITH_BACKOFF;
            case UNSPECIFIED, UNAUTHENTICATED, PERMISSION_DENIED, UNSUPPORTED_VERSION, INVALID ->
                CloseReason.Next.RETRY_RARELY;
        };
        end(current, new CloseReason(next, detail, refusal.retryAfter(), null));
    }

    private void onDrain(Link current, Drain drain) {
        Duration wait =
                Duration.ofNanos((long) (random.nextDouble() * drain.spread().toNanos()));
        String detail = "drained by the control center: " + drain.reason();
        end(current, new CloseReason(CloseReason.Next.RECONNECT, detail, wait, null));
    }

    /** The link ends by our will or by itself; the next attempt is scheduled. */
    private void end(Link ended, CloseReason reason) {
        if (ended != link || phase == Phase.ENDED) {
            return;
        }
        boolean wasReady = phase == Phase.READY;
        cancelTimers();
        link = null;
        ended.close(reason);
        long now = clock.nanoTime();
        for (Lane lane : lanes) {
            lane.gate().connected(false, now);
        }
        chains.forEach(Chain::onDisconnected);
        reports.rewind();
        if (wasReady) {
            counters.counter("session.lost").increment();
            if (now - readySince >= HEALTHY_AFTER.toNanos()) {
                failures = 0;
            }
        }
        phase = Phase.WAITING;
        timer = after(delayAfter(reason), this::connect);
        events.onOffline(reason);
    }

    private Duration delayAfter(CloseReason reason) {
        Duration delay = switch (reason.next()) {
            case RETRY_RARELY -> rarely();
            // Also when nothing was wrong: a center that lets in and sends away would get a storm. The first attempt
            // after
            // a healthy session is made at once all the same.
            case RECONNECT, RETRY_WITH_BACKOFF, STOP -> settings.backoff().delay(++failures, random);
        };
        Duration asked = reason.retryAfter();
        return asked != null && asked.compareTo(delay) > 0 ? asked : delay;
    }

    /** Half of a bound that doubles from one minute to fifteen, and up to the other half at random. */
    private Duration rarely() {
        long bound = Math.min(MOST_RARELY.toNanos(), RARELY.toNanos() << Math.min(refusals++, 10));
        return Duration.ofNanos(bound / 2 + (long) (random.nextDouble() * bound / 2));
    }

    private void cancelTimers() {
        timers.cancel(timer);
        timers.cancel(heartbeatTimer);
        answered();
    }

    private Timers.Timer after(Duration delay, Runnable command) {
        return timers.schedule(clock.nanoTime(), delay, command);
    }

    /** One connection. Its callbacks come on the transport's threads and are passed on to the control loop. */
    private final class Link implements ConnectionListener<CenterMessage> {

        private @Nullable Connection<AgentMessage> connection;
        private @Nullable Uplink uplink;
        private int processed;

        @Override
        public void onOpen() {
            inbox.post(() -> counters.counter("session.links").increment());
        }

        @Override
        public void onMessage(Envelope<CenterMessage> message) {
            inbox.post(() -> {
                if (this == link) {
                    answered();
                    processed++;
                    receive(message);
                }
            });
        }

        @Override
        public void onWritable() {
            inbox.post(() -> {
                if (uplink != null) {
                    uplink.onWritable();
                }
            });
        }

        @Override
        public void onClosed(CloseReason reason) {
            inbox.post(() -> end(this, reason));
        }

        private void receive(Envelope<CenterMessage> message) {
            CenterMessage payload = message.payload();
            if (payload instanceof Welcome welcome) {
                onWelcome(this, welcome);
            } else if (payload instanceof Refusal refusal) {
                onRefusal(this, refusal);
            } else if (uplink == null) {
                end(
                        this,
                        CloseReason.retry(
                                "the first message was a " + payload.getClass().getSimpleName() + " and no welcome",
                                null));
            } else if (payload instanceof Drain drain) {
                onDrain(this, drain);
            } else {
                centerMessages.handle(message, uplink);
            }
        }

        /** Lets as many further messages in as were dealt with, unless their answers pile up. */
        private void letIn() {
            if (processed > 0 && connection != null && uplink != null && uplink.urgentCount() < MOST_URGENT) {
                connection.request(processed);
                processed = 0;
            }
        }

        private void close(CloseReason reason) {
            Connection<AgentMessage> present = connection;
            if (present != null) {
                guard.run("transport", () -> present.close(reason));
            }
        }
    }
}
