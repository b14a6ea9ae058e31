package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.internal.proto.MalformedProtoException;
import dev.outpost.agent.internal.proto.ProtoReader;
import dev.outpost.agent.internal.proto.ProtoWriter;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.MalformedMessageException;
import dev.outpost.agent.protocol.MessageCodec;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tasks in the journal: two entries each, in the protocol's encoding.
 *
 * <pre>
 *   task.request/&lt;id&gt;  1 CenterMessage{TaskDispatch}  2 origin  3 when it was accepted  4 its place among all     until it ends
 *   task.status/&lt;id&gt;   1 AgentMessage{TaskReport}     2 whether the center has it  3 its work
 * </pre>
 *
 * <p>A status is written before anybody hears of it, where forgetting it would make the agent do something twice or say two
 * different things: ACCEPTED, RUNNING, RETRY_WAIT, CANCELLING and the final states. Control loop only.
 */
final class TaskMemory {

    private static final String REQUEST = "task.request/";
    private static final String STATUS = "task.status/";
    /** Less than the journal takes, so that there is room for what stands beside it. */
    private static final int MOST_REQUEST_BYTES = (4 << 20) - (64 << 10);

    private static final int SURELY_SMALL_CHARS = 1 << 20;
    private static final TaskOrigin[] ORIGINS = TaskOrigin.values();

    private final Journal journal;

    TaskMemory(Journal journal) {
        this.journal = journal;
    }

    /**
     * A task as it was left.
     *
     * @param order its place among all by their acceptance; the wall clock may have been set back in between
     * @param request what was asked; null when it has ended, or when that entry is damaged
     */
    record Remembered(
            @Nullable TaskRequest request,
            TaskOrigin origin,
            long acceptedEpochNanos,
            long order,
            TaskStatus status,
            boolean acked,
            @Nullable String work) {}

    // The numbers of enums are those of the protocol; a test holds them to it.
    @SuppressWarnings("EnumOrdinal")
    void accepted(Task task, TaskStatus status) {
        if (journal.remembers()) {
            ProtoWriter out = new ProtoWriter(256);
            out.bytes(
                    1,
                    MessageCodec.encodeCenter(new Envelope<>(0, 0, 0, new TaskDispatch(task.request)))
                            .toByteArray());
            out.varint(2, task.origin.ordinal());
            out.fixed64(3, task.acceptedEpochNanos);
            out.varint(4, task.order);
            journal.put(REQUEST + task.id(), out.toByteArray());
            stands(status);
        }
    }

    /** Whether the journal can have what is asked; without a journal everything is well. */
    boolean hasRoomFor(TaskRequest request) {
        if (!journal.remembers()) {
            return true;
        }
        return RequestSize.chars(request) < SURELY_SMALL_CHARS
                || MessageCodec.encodeCenter(new Envelope<>(0, 0, 0, new TaskDispatch(request)))
                                .size()
                        <= MOST_REQUEST_BYTES;
    }

    /** A live task has come to this. */
    void stands(TaskStatus status) {
        put(status, null, false);
    }

    /** The end first: a crash between the two must not leave a task of which it is not known what was asked, or that it ran. */
    void ended(EndedTask task) {
        put(task.status(), task.work(), task.acked());
        forgetRequest(task.status().taskId());
    }

    /** What was asked does not matter any more. */
    void forgetRequest(String taskId) {
        journal.remove(REQUEST + taskId);
    }

    /** A task that has ended is remembered differently. */
    void changed(EndedTask task) {
        put(task.status(), task.work(), task.acked());
    }

    private void put(TaskStatus status, @Nullable String work, boolean acked) {
        if (journal.remembers()) {
            ProtoWriter out = new ProtoWriter(256);
            out.bytes(
                    1,
                    MessageCodec.encodeAgent(new Envelope<>(0, 0, 0, new TaskReport(status)))
                            .toByteArray());
            out.bool(2, acked);
            if (work != null) {
                out.string(3, work);
            }
            journal.put(STATUS + status.taskId(), out.toByteArray());
        }
    }

    void forget(String taskId) {
        journal.remove(REQUEST + taskId);
        journal.remove(STATUS + taskId);
    }

    /** Reads what there was, in its order; entries that make no sense are left out and counted by {@code broken}. */
    static List<Remembered> read(Map<String, byte[]> entries, Runnable broken) {
        Map<String, TaskRequestEntry> requests = new LinkedHashMap<>();
        List<Remembered> tasks = new ArrayList<>();
        entries.forEach((key, value) -> {
            if (key.startsWith(REQUEST)) {
                readRequest(value)
                        .ifPresentOrElse(entry -> requests.put(key.substring(REQUEST.length()), entry), broken);
            }
        });
        entries.forEach((key, value) -> {
            if (key.startsWith(STATUS)) {
                readStatus(value, requests.get(key.substring(STATUS.length()))).ifPresentOrElse(tasks::add, broken);
            }
        });
        return tasks;
    }

    private record TaskRequestEntry(TaskRequest request, TaskOrigin origin, long acceptedEpochNanos, long order) {}

    private static Optional<TaskRequestEntry> readRequest(byte[] value) {
        try {
            ProtoReader in = new ProtoReader(value, 0, value.length);
            TaskRequest request = null;
            TaskOrigin origin = TaskOrigin.UNSPECIFIED;
            long accepted = 0;
            long order = 0;
            for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
                switch (tag >>> 3) {
                    case 1 -> request = request(in.bytes(tag));
                    case 2 -> origin = ORIGINS[in.boundedInt(tag, 0, ORIGINS.length - 1)];
                    case 3 -> accepted = in.fixed64(tag);
                    case 4 -> order = in.varint(tag);
                    default -> in.skip(tag);
                }
            }
            return request == null
                    ? Optional.empty()
                    : Optional.of(new TaskRequestEntry(request, origin, accepted, order));
        } catch (MalformedProtoException | MalformedMessageException e) {
            return Optional.empty();
        }
    }

    private static @Nullable TaskRequest request(ByteBuffer bytes) throws MalformedMessageException {
        return MessageCodec.decodeCenter(bytes).payload() instanceof TaskDispatch dispatch ? dispatch.request() : null;
    }

    private static Optional<Remembered> readStatus(byte[] value, @Nullable TaskRequestEntry request) {
        try {
            ProtoReader in = new ProtoReader(value, 0, value.length);
            TaskStatus status = null;
            boolean acked = false;
            String work = null;
            for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
                switch (tag >>> 3) {
                    case 1 -> status = status(in.bytes(tag));
                    case 2 -> acked = in.bool(tag);
                    case 3 -> work = in.string(tag);
                    default -> in.skip(tag);
                }
            }
            boolean neverRan =
                    status != null && status.attempt() == 0 && !status.state().isFinal();
            if (status == null || (request == null && neverRan)) {
                return Optional.empty(); // the control center sends it again
            }
            return Optional.of(
                    request == null
                            ? new Remembered(null, status.origin(), 0, 0, status, acked, work)
                            : new Remembered(
                                    request.request,
                                    request.origin,
                                    request.acceptedEpochNanos,
                                    request.order,
                                    status,
                                    acked,
                                    work));
        } catch (MalformedProtoException | MalformedMessageException e) {
            return Optional.empty();
        }
    }

    private static @Nullable TaskStatus status(ByteBuffer bytes) throws MalformedMessageException {
        return MessageCodec.decodeAgent(bytes).payload() instanceof TaskReport report ? report.status() : null;
    }
}
