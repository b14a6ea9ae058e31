package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Transport;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One connection: from the attempt to its end. Its callbacks come on the transport's threads and are passed on to the control
 * loop, to which all else belongs.
 */
final class Link implements ConnectionListener<CenterMessage> {

    private static final int INBOUND_WINDOW = 64;
    private static final int MOST_URGENT = 256;

    private final int way;
    private final Envelope<Hello> hello;
    private final CommandWindow commands;
    private final Events events;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private final Guard guard;
    private @Nullable Connection<AgentMessage> connection;
    private Timers.@Nullable Timer welcomeTimer;
    private @Nullable Uplink uplink;
    private @Nullable Liveness liveness;
    private boolean delivered;
    private boolean outdated;
    private int processed;

    /** What happens to a link, on the control loop. */
    interface Events {

        /** The transport has a connection. */
        void onLinked();

        /** A message came. */
        void onMessage(Link link, Envelope<CenterMessage> message);

        /** It is gone. */
        void onClosed(Link link, CloseReason reason);
    }

    /**
     * Not begun.
     *
     * @param way which of the ways it takes
     */
    Link(
            int way,
            Envelope<Hello> hello,
            CommandWindow commands,
            Events events,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            Guard guard) {
        this.way = way;
        this.hello = hello;
        this.commands = commands;
        this.events = events;
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
        this.guard = guard;
    }

    /** Begins to connect. What goes wrong is told as an end, and so is that it is not let in before the time is over. */
    void open(Transport transport, Duration timeout) {
        welcomeTimer = timers.schedule(
                clock.nanoTime(),
                timeout,
                () -> events.onClosed(
                        this,
                        CloseReason.retry("no welcome within " + timeout, null).as(CloseReason.Fault.UNREACHABLE)));
        try {
            Connection<AgentMessage> made = transport.open(hello, this);
            connection = made;
            made.request(INBOUND_WINDOW);
        } catch (Throwable t) { // user code, against its contract: without this there would be no further attempt
            events.onClosed(this, CloseReason.retry("the transport failed: " + Guard.describe(t), t));
        }
    }

    int way() {
        return way;
    }

    Envelope<Hello> hello() {
        return hello;
    }

    CommandWindow commands() {
        return commands;
    }

    @Nullable Connection<AgentMessage> connection() {
        return connection;
    }

    /** Where messages go, once it is let in. */
    @Nullable Uplink uplink() {
        return uplink;
    }

    /** It is let in. */
    void begin(Uplink up, Liveness alive) {
        timers.cancel(welcomeTimer);
        uplink = up;
        liveness = alive;
        alive.begin();
    }

    /** When the heartbeat was sent that a message answers; 0 if none. */
    long heartbeatSent(long inReplyTo) {
        Liveness alive = liveness;
        return alive == null ? 0 : alive.sentEpochNanos(inReplyTo);
    }

    /** What it was like. */
    Patience.Experience experience() {
        Liveness alive = liveness;
        Uplink up = uplink;
        return new Patience.Experience(
                alive == null ? Duration.ZERO : alive.longest(),
                alive != null && alive.isSilent(),
                alive != null && alive.hasAnsweredOften(),
                up != null && up.batchesSent() > 0,
                delivered);
    }

    /** Who we are has changed since it was begun, so it may show what was there before. */
    void outdate() {
        outdated = true;
    }

    boolean isOutdated() {
        return outdated;
    }

    /** A batch was taken. */
    void delivered() {
        delivered = true;
    }

    /** Asks for the other side's clock. */
    void lookAtClock() {
        Liveness alive = liveness;
        if (alive != null) {
            alive.lookAtClock();
        }
    }

    /** Asks whether the other side is there. */
    void ping() {
        Liveness alive = liveness;
        if (alive != null) {
            alive.ping();
        }
    }

    /** Sends what the connection takes, and lets in as many further messages as were dealt with, unless answers pile up. */
    int pump() {
        Uplink up = uplink;
        Connection<AgentMessage> present = connection;
        if (up == null || present == null) {
            return 0;
        }
        int sent = up.pump();
        if (processed > 0 && up.urgentCount() < MOST_URGENT) {
            present.request(processed);
            processed = 0;
        }
        return sent;
    }

    /** Nothing that it says later counts. */
    void close(CloseReason reason) {
        timers.cancel(welcomeTimer);
        Liveness alive = liveness;
        if (alive != null) {
            alive.end();
        }
        Connection<AgentMessage> present = connection;
        if (present != null) {
            guard.run("transport", () -> present.close(reason));
        }
    }

    // ---- on the transport's threads -------------------------------------------------------------------------------

    @Override
    public void onOpen() {
        inbox.post(events::onLinked);
    }

    @Override
    public void onMessage(Envelope<CenterMessage> message) {
        inbox.post(() -> {
            processed++;
            Liveness alive = liveness;
            if (alive != null) {
                alive.heard();
            }
            events.onMessage(this, message);
        });
    }

    @Override
    public void onWritable() {
        inbox.post(() -> {
            Uplink up = uplink;
            if (up != null) {
                up.onWritable();
            }
        });
    }

    @Override
    public void onClosed(CloseReason reason) {
        inbox.post(() -> events.onClosed(this, reason));
    }
}
