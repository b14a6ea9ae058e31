package dev.outpost.agent.transport.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import org.jspecify.annotations.Nullable;

/**
 * Watches how much of a call's first message has come, while it comes: the limit for messages is for agents that are known, and memory
 * for that much is not to be had by anybody who can connect. On the call's event loop.
 */
final class FirstMessageLimit extends ServerStreamTracer {

    /** What a hello may be: what the flow-control window lets in of anybody. Thousands of task types are less. */
    static final int MOST_BYTES = 256 * 1024;

    private static final Context.Key<FirstMessageLimit> KEY = Context.key("outpost-first-message");

    private long bytes;
    private boolean over;
    private @Nullable Runnable onTooMuch;

    static final ServerStreamTracer.Factory FACTORY = new ServerStreamTracer.Factory() {
        @Override
        public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
            return new FirstMessageLimit();
        }
    };

    /** That of the call being made. */
    static @Nullable FirstMessageLimit current() {
        return KEY.get();
    }

    @Override
    public Context filterContext(Context context) {
        return context.withValue(KEY, this);
    }

    /** What to do when too much comes. */
    void onTooMuch(Runnable command) {
        onTooMuch = command;
    }

    /** The first message is there. */
    void passed() {
        over = true;
        onTooMuch = null;
    }

    @Override
    public void inboundWireSize(long more) {
        bytes += more;
        Runnable command = onTooMuch;
        if (!over && bytes > MOST_BYTES && command != null) {
            over = true;
            onTooMuch = null;
            command.run();
        }
    }
}
