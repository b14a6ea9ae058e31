package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.agent.transport.Connection;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What goes up one connection, in order of urgency: replies and heartbeats, then task reports, then the lanes in turn. So a
 * heartbeat waits for at most what the connection has already taken, and never behind telemetry that waits here.
 */
final class Uplink {

    private static final int BATCHES_PER_PUMP = 16;

    private final Connection<AgentMessage> connection;
    private final AgentClock clock;
    private final ReportSource reports;
    private final List<Lane> lanes;
    private final Deque<Envelope<AgentMessage>> urgent = new ArrayDeque<>();
    private final int maxBatchBytes;
    private long nextId;
    private int nextLane;
    private boolean writable = true;

    /**
     * An uplink.
     *
     * @param firstId the id of the first message; the hello had the one before
     * @param maxBatchBytes the largest body that the control center takes, 0 for any
     */
    Uplink(
            Connection<AgentMessage> connection,
            AgentClock clock,
            ReportSource reports,
            List<Lane> lanes,
            long firstId,
            int maxBatchBytes) {
        this.connection = connection;
        this.clock = clock;
        this.reports = reports;
        this.lanes = lanes;
        this.nextId = firstId;
        this.maxBatchBytes = maxBatchBytes;
    }

    /** Queues a message that goes before all others. */
    void send(AgentMessage message, long inReplyTo) {
        urgent.add(envelope(message, inReplyTo));
    }

    /** How many urgent messages wait; the reader of the connection sees to it that they stay few. */
    int urgentCount() {
        return urgent.size();
    }

    /** The connection takes messages again. */
    void onWritable() {
        writable = true;
    }

    /**
     * Sends what the connection takes.
     *
     * @return how many messages
     */
    int pump() {
        int sent = 0;
        for (Envelope<AgentMessage> first = urgent.peek(); first != null && offer(first); first = urgent.peek()) {
            urgent.remove();
            sent++;
        }
        for (TaskStatus next = reports.nextToSend(); next != null && sendNow(new TaskReport(next)); ) {
            reports.sent();
            sent++;
            next = reports.nextToSend();
        }
        return writable ? sent + pumpLanes() : sent;
    }

    private int pumpLanes() {
        int sent = 0;
        int emptyInARow = 0;
        while (writable && sent < BATCHES_PER_PUMP && emptyInARow < lanes.size()) {
            Lane lane = lanes.get(nextLane);
            nextLane = (nextLane + 1) % lanes.size();
            Lane.Entry next = lane.nextToSend(clock.nanoTime());
            ClosedBatch body = next == null ? null : next.batch();
            if (next == null) {
                emptyInARow++;
            } else if (body != null && maxBatchBytes > 0 && body.bytes() > maxBatchBytes) {
                lane.dropNext("too_large_for_center");
                emptyInARow = 0;
            } else if (sendNow(message(lane, next, body))) {
                lane.sent();
                sent++;
                emptyInARow = 0;
            }
        }
        return sent;
    }

    private static AgentMessage message(Lane lane, Lane.Entry entry, @Nullable ClosedBatch body) {
        StreamPosition position = lane.position(entry.sequence());
        return body == null
                ? new TelemetryGap(position, entry.sequence(), entry.records(), "dropped")
                : new TelemetryBatch(position, body.signal(), body.records(), TelemetryBatch.Codec.NONE, body.body());
    }

    private boolean sendNow(AgentMessage message) {
        if (!writable) {
            return false;
        }
        boolean taken = offer(envelope(message, 0));
        if (!taken) {
            nextId--; // the number was not used
        }
        return taken;
    }

    private boolean offer(Envelope<AgentMessage> message) {
        if (writable) {
            writable = connection.trySend(message);
        }
        return writable;
    }

    private Envelope<AgentMessage> envelope(AgentMessage message, long inReplyTo) {
        return new Envelope<>(nextId++, inReplyTo, clock.epochNanos(), message);
    }
}
