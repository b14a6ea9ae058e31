package dev.outpost.center.internal;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.center.store.WatermarkStore.StreamEpoch;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The epochs that one connection has open, at most {@link Limits#MOST_STREAMS}: beyond that the one is dropped that has been
 * idle for longest. Guarded by itself; the lock of the claims is taken within.
 */
final class Intakes {

    private final AgentSession session;
    private final Delivery delivery;
    private final StreamClaims claims;
    private final Workers workers;
    private final int window;
    private final Map<StreamEpoch, StreamIntake> open = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    Intakes(AgentSession session, Delivery delivery, StreamClaims claims, Workers workers, int window) {
        this.session = session;
        this.delivery = delivery;
        this.claims = claims;
        this.workers = workers;
        this.window = window;
    }

    // ---- those of the hello, on a worker --------------------------------------------------------------------------

    /** What was found out about an epoch while its agent was let in. */
    record Known(StreamIntake intake, long stored) {

        /** What the agent is told. */
        StreamPosition watermark() {
            StreamPosition opened = intake.opened();
            return new StreamPosition(opened.streamId(), opened.epoch(), Math.max(opened.sequence(), stored));
        }

        void start() {
            intake.start(OptionalLong.of(stored), OptionalLong.of(watermark().sequence()));
        }
    }

    /**
     * Claims the epochs of a hello.
     *
     * @return the intake of another live instance that has one of them, or null
     */
    synchronized @Nullable StreamIntake claim(List<StreamPosition> positions) {
        for (StreamPosition position : positions) {
            StreamIntake holder = add(position);
            if (holder != null) {
                return holder;
            }
        }
        return null;
    }

    /** Asks the store how far the epochs of the hello have been taken; throws what it throws. */
    List<Known> known() {
        List<StreamIntake> all;
        synchronized (this) {
            all = List.copyOf(open.values());
        }
        List<Known> known = new ArrayList<>();
        for (StreamIntake intake : all) {
            known.add(new Known(intake, delivery.watermark(intake.epoch())));
        }
        return known;
    }

    private @Nullable StreamIntake add(StreamPosition position) {
        StreamIntake intake = new StreamIntake(session, delivery, workers, window, position);
        StreamIntake holder = claims.claim(intake);
        if (holder != null) {
            return holder;
        }
        if (closed) {
            claims.release(intake);
        } else {
            open.put(intake.epoch(), intake);
        }
        return null;
    }

    // ---- on the connection's thread -------------------------------------------------------------------------------

    /**
     * An epoch is opened.
     *
     * @param messageId the message that says so
     * @return what is wrong with that, so wrong that the connection must end; or null
     */
    @Nullable String open(StreamPosition position, long messageId) {
        if (!Limits.isPossible(position)) {
            return "stream " + position.streamId() + " cannot have come to " + position.sequence();
        }
        StreamEpoch epoch = new StreamEpoch(position.streamId(), position.epoch());
        StreamIntake holder;
        StreamIntake intake;
        synchronized (this) {
            StreamIntake known = open.get(epoch);
            if (known != null) {
                return known.reopen(position);
            }
            if (open.size() >= Limits.MOST_STREAMS && !dropIdle()) {
                return "more than " + Limits.MOST_STREAMS + " streams are under way at once";
            }
            holder = add(position);
            intake = open.get(epoch);
        }
        if (holder != null) {
            session.refuseForConflict(holder, messageId);
            return null;
        }
        workers.count("streams.opened");
        if (intake != null) {
            intake.start(OptionalLong.empty(), OptionalLong.empty());
        }
        return null;
    }

    private boolean dropIdle() {
        Iterator<StreamIntake> leastRecentFirst = open.values().iterator();
        while (leastRecentFirst.hasNext()) {
            StreamIntake intake = leastRecentFirst.next();
            if (intake.isIdle()) {
                leastRecentFirst.remove();
                claims.release(intake);
                workers.count("streams.dropped_idle");
                return true;
            }
        }
        return false;
    }

    /**
     * A batch or gap has come.
     *
     * @return what is wrong with it, so wrong that the connection must end; or null
     */
    @Nullable String offer(AgentMessage message, StreamPosition last, long first) {
        if (!Limits.isPossible(last)) {
            return "stream " + last.streamId() + " cannot have come to " + last.sequence();
        }
        StreamIntake intake;
        synchronized (this) {
            intake = open.get(new StreamEpoch(last.streamId(), last.epoch()));
        }
        return intake == null
                ? "stream " + last.streamId() + " epoch " + last.epoch() + " was not opened"
                : intake.offer(message, last, first);
    }

    /** The connection has ended, or was refused. */
    synchronized void close() {
        closed = true;
        open.values().forEach(claims::release);
        open.clear();
    }
}
