package dev.outpost.center.internal;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Goodbye;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.InvalidPayload;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.protocol.StreamOpen;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.agent.protocol.UnknownPayload;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.agent.transport.CloseReason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What comes on one connection once its agent was let in: each message is checked, cut to what is kept, and given to those whom it
 * concerns. It keeps nothing itself. On the connection's thread, message by message.
 */
final class Inbound {

    private final AgentSession session;
    private final Registry registry;
    private final Intakes intakes;
    private final Requests requests;
    private final Gate gate;
    private final Outbound outbound;
    private final Workers workers;

    Inbound(AgentSession session, Registry registry, Intakes intakes, Requests requests, Gate gate, Workers workers) {
        this.session = session;
        this.registry = registry;
        this.intakes = intakes;
        this.requests = requests;
        this.gate = gate;
        this.outbound = session.outbound();
        this.workers = workers;
    }

    /** A message has come from the agent. */
    void handle(AgentEntry known, Envelope<AgentMessage> message) {
        AgentMessage payload = message.payload();
        if (payload instanceof TelemetryBatch batch) {
            endIfWrong(intakes.offer(batch, batch.position(), batch.position().sequence()));
        } else if (payload instanceof Heartbeat heartbeat) {
            take(known, message.id(), heartbeat);
        } else if (payload instanceof TaskReport report) {
            take(known, message.id(), report.status());
        } else if (payload instanceof ScheduleReport report) {
            if (isSound(Limits.problem(report), message.id())) {
                registry.report(known, session, Limits.cut(report));
            }
        } else if (payload instanceof TelemetryGap gap) {
            endIfWrong(intakes.offer(gap, gap.through(), gap.fromSequence()));
        } else if (payload instanceof StreamOpen open) {
            endIfWrong(intakes.open(open.position(), message.id()));
        } else if (payload instanceof Request request) {
            requests.take(known, message.id(), request);
        } else if (payload instanceof Response response) {
            requests.answered(message.inReplyTo(), response);
        } else if (payload instanceof Ping) {
            outbound.send(new Pong(), message.id());
        } else if (payload instanceof Rejection rejection) {
            take(known, message.inReplyTo(), rejection);
        } else if (payload instanceof Goodbye goodbye) {
            session.close(CloseReason.reconnect("the agent said goodbye: " + goodbye.reason()));
        } else if (payload instanceof UnknownPayload unknown) {
            workers.count("protocol.ignored{unknown_payload}");
            String detail = "payload field " + unknown.field() + " is not known to this control center";
            outbound.send(new Rejection(Rejection.Code.UNIMPLEMENTED, detail), message.id());
        } else if (payload instanceof InvalidPayload invalid) {
            workers.count("protocol.ignored{invalid_payload}");
            outbound.send(new Rejection(Rejection.Code.INVALID, invalid.problem()), message.id());
        } else if (payload instanceof Hello) {
            session.close(CloseReason.retry("a second hello on one connection", null));
        }
    }

    private void take(AgentEntry known, long messageId, Heartbeat heartbeat) {
        outbound.send(new HeartbeatAck(gate.spread()), messageId);
        Heartbeat kept = Limits.cut(heartbeat);
        if (!kept.equals(heartbeat)) {
            workers.count("heartbeats.cut");
        }
        known.heartbeat(kept);
        registry.heartbeat(known);
    }

    private void take(AgentEntry known, long messageId, TaskStatus status) {
        if (isSound(Limits.problem(status), messageId)) {
            TaskStatus kept = Limits.cut(status);
            if (!kept.equals(status)) {
                workers.count("task.reports.cut");
            }
            registry.report(known, session, kept);
        }
    }

    /** The agent could make nothing of the message with that number, whatever it was. */
    private void take(AgentEntry known, long messageId, Rejection rejection) {
        workers.count("protocol.rejected{" + rejection.code() + "}");
        known.schedules().rejected(session, messageId, rejection.detail());
        known.tasks().rejected(session, messageId, rejection);
        requests.rejected(messageId, rejection.detail());
    }

    private boolean isSound(Optional<String> problem, long messageId) {
        problem.ifPresent(what -> {
            workers.count("protocol.ignored{invalid_report}");
            outbound.send(new Rejection(Rejection.Code.INVALID, what), messageId);
        });
        return problem.isEmpty();
    }

    private void endIfWrong(@Nullable String problem) {
        if (problem != null) {
            workers.count("protocol.violations");
            session.close(CloseReason.retry(problem, null));
        }
    }
}
