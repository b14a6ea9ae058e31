package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.internal.session.ReportSource;
import dev.outpost.agent.protocol.AgentMessage;
import org.jspecify.annotations.Nullable;

/** Two sources of reports as one: the second has its turn when the first has nothing to send. Control loop only. */
final class ReportsInTurn implements ReportSource {

    private final ReportSource first;
    private final ReportSource second;
    private ReportSource offered;

    ReportsInTurn(ReportSource first, ReportSource second) {
        this.first = first;
        this.second = second;
        this.offered = first;
    }

    @Override
    public @Nullable AgentMessage nextToSend() {
        offered = first;
        AgentMessage next = first.nextToSend();
        if (next == null) {
            offered = second;
            next = second.nextToSend();
        }
        return next;
    }

    @Override
    public void sent() {
        offered.sent();
    }

    @Override
    public void ack(String taskId, long revision) {
        first.ack(taskId, revision);
        second.ack(taskId, revision);
    }

    @Override
    public void rewind() {
        first.rewind();
        second.rewind();
    }
}
