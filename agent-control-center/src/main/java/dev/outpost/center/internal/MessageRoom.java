package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.MessageCodec;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.task.TaskRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a message to an agent can carry. One that is too large for the agent's transport ends the connection and is sent again on the
 * next one, so it must not be taken. Thread-safe.
 */
final class MessageRoom {

    /** For what is around a task or a set, and for the ids of one of many tasks. */
    private static final int SPARE_BYTES = 64 << 10;

    /** More than the numbers and field names of a task, and of one argument, take in either form. */
    private static final int TASK_BYTES = 1_024;

    private static final int ARGUMENT_BYTES = 16;

    private final int mostBytes;

    /** Of agents that take messages of so many bytes. */
    MessageRoom(int maxMessageBytes) {
        mostBytes = maxMessageBytes - SPARE_BYTES;
    }

    /**
     * Lets pass what fits.
     *
     * @throws IllegalArgumentException if the task is too large
     */
    void requireFor(TaskRequest task) {
        if (bytesOf(task) > mostBytes) {
            throw new IllegalArgumentException(tooLarge(task));
        }
    }

    /**
     * Lets pass what fits.
     *
     * @throws IllegalArgumentException if the set is too large
     */
    void requireFor(ScheduleSet set) {
        int size = MessageCodec.encodeCenter(new Envelope<>(0, 0, 0, set)).size();
        if (size > mostBytes) {
            throw new IllegalArgumentException("the set has " + size + " bytes; allowed are " + mostBytes);
        }
    }

    /** Whether a task can be sent. One that was let pass can, and so can those that were made of it for many agents. */
    boolean carries(TaskRequest task) {
        return bytesOf(task) <= mostBytes + SPARE_BYTES / 2;
    }

    String tooLarge(TaskRequest task) {
        return "the task has " + bytesOf(task) + " bytes; allowed are " + mostBytes;
    }

    /** At most so many, as protobuf and as JSON; counted, because writing it out for this would double the work of a dispatch. */
    private static long bytesOf(TaskRequest task) {
        long bytes = TASK_BYTES
                + bytesOf(task.id())
                + bytesOf(task.type())
                + bytesOf(task.idempotencyKey())
                + bytesOf(task.concurrencyKey())
                + bytesOf(task.parent())
                + bytesOf(task.traceparent());
        for (Map.Entry<String, String> argument : task.arguments().entrySet()) {
            bytes += ARGUMENT_BYTES + bytesOf(argument.getKey()) + bytesOf(argument.getValue());
        }
        return bytes;
    }

    private static long bytesOf(@Nullable String text) {
        long bytes = 0;
        for (int i = 0; text != null && i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ') {
                bytes += 6; // JSON's 'backslash u' and four digits
            } else if (c < 0x80) {
                bytes += c == '"' || c == '\\' ? 2 : 1;
            } else {
                bytes += c < 0x800 ? 2 : 3;
            }
        }
        return bytes;
    }
}
