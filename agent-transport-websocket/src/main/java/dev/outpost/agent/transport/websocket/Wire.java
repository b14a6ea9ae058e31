package dev.outpost.agent.transport.websocket;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a {@link Link} needs of a WebSocket library. Nothing here blocks or throws. */
interface Wire {

    /** Sends a message; one at a time. {@code sent} is called once, with what went wrong or null, on any thread. */
    void send(WireMessage message, Consumer<@Nullable Throwable> sent);

    /** Sends a Close frame, after all messages. */
    void sendClose(int code, String reason);

    /** Lets one further message in, or one further piece of one. */
    void demand();

    /** Cuts the connection. Idempotent. */
    void abort();
}
