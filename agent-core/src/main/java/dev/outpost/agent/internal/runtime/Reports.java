package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.internal.session.ReportSource;
import dev.outpost.agent.internal.task.ReportBook;
import dev.outpost.agent.internal.task.TaskEngine;
import dev.outpost.agent.protocol.AgentMessage;
import org.jspecify.annotations.Nullable;

/** All that the session reports beside heartbeats and telemetry. Control loop only. */
final class Reports implements ReportSource {

    private final ReportBook book;
    private final TaskEngine tasks;

    Reports(ReportBook book, TaskEngine tasks) {
        this.book = book;
        this.tasks = tasks;
    }

    @Override
    public @Nullable AgentMessage nextToSend() {
        return book.nextToSend();
    }

    @Override
    public void sent() {
        book.sent();
    }

    @Override
    public void ack(String taskId, long revision) {
        book.ack(taskId, revision);
        tasks.acked(taskId, revision);
    }

    @Override
    public void rewind() {
        book.rewind();
    }
}
