package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.EncodedMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.MalformedMessageException;
import dev.outpost.agent.protocol.MessageCodec;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An agent's connection: a channel with one call on it.
 *
 * <p>gRPC makes its calls serially on the event loop. The lock orders what the agent asks for (demand, closing) against the
 * call's coming into being, which happens on the event loop because reading certificates blocks.
 */
final class GrpcConnection extends ClientCall.Listener<ByteBuffer> implements Connection<AgentMessage> {

    /** Bytes that gRPC buffers before it says "full"; large enough for one batch, so that batches follow one another. */
    private static final int READY_THRESHOLD = 256 * 1024;

    private final Envelope<Hello> hello;
    private final ConnectionListener<CenterMessage> listener;
    private final Consumer<GrpcConnection> onEnd;
    private final Object lock = new Object();

    private @Nullable ManagedChannel channel;
    private volatile @Nullable ClientCall<EncodedMessage, ByteBuffer> call;
    private volatile boolean opened;
    private @Nullable CloseReason closing;
    private int demandBeforeCall;
    private boolean ended;

    GrpcConnection(Envelope<Hello> hello, ConnectionListener<CenterMessage> listener, Consumer<GrpcConnection> onEnd) {
        this.hello = hello;
        this.listener = listener;
        this.onEnd = onEnd;
    }

    /** Makes the channel and the call; on the event loop. */
    void connect(Callable<ManagedChannel> channels) {
        ClientCall<EncodedMessage, ByteBuffer> started;
        try {
            ManagedChannel made = channels.call();
            channel = made;
            started = made.newCall(
                    AgentService.CLIENT_CONNECT, CallOptions.DEFAULT.withOnReadyThreshold(READY_THRESHOLD));
            started.start(this, new Metadata());
        } catch (
                Exception
                        e) { // unreadable certificates, and whatever a library may throw: the listener must hear of it
            end(CloseReason.refused("cannot connect: " + e.getMessage(), e));
            return;
        }
        CloseReason closedMeanwhile;
        synchronized (lock) {
            call = started;
            closedMeanwhile = closing;
            if (demandBeforeCall > 0) {
                started.request(demandBeforeCall);
            }
        }
        if (closedMeanwhile == null) {
            started.sendMessage(MessageCodec.encodeAgent(hello));
        } else {
            started.cancel(closedMeanwhile.detail(), null);
        }
    }

    /** There will be no call at all. */
    void refuse(String why) {
        end(CloseReason.stop(why));
    }

    /** The transport goes, and this connection with it. */
    void transportClosed() {
        close(CloseReason.stop("the transport is closed"));
        ClientCall<EncodedMessage, ByteBuffer> present = call;
        if (present != null) {
            present.cancel("the transport is closed", null);
        }
    }

    // ---- Connection -----------------------------------------------------------------------------------------------

    @Override
    public boolean trySend(Envelope<AgentMessage> message) {
        ClientCall<EncodedMessage, ByteBuffer> present = call;
        if (present == null || !opened || !present.isReady()) {
            return false;
        }
        synchronized (lock) {
            if (closing != null || ended) {
                return false;
            }
            // Inside the lock: a call that was cancelled in between would throw.
            present.sendMessage(MessageCodec.encodeAgent(message));
            return true;
        }
    }

    @Override
    public void request(int count) {
        synchronized (lock) {
            ClientCall<EncodedMessage, ByteBuffer> present = call;
            if (present == null) {
                demandBeforeCall += count;
            } else {
                present.request(count);
            }
        }
    }

    @Override
    public void close(CloseReason reason) {
        ClientCall<EncodedMessage, ByteBuffer> present;
        synchronized (lock) {
            if (closing != null || ended) {
                return;
            }
            closing = reason;
            present = call;
        }
        if (present == null) {
            return;
        }
        if (reason.next() == CloseReason.Next.STOP && opened) {
            present.halfClose(); // what was sent before still goes out; the server then ends the stream
            request(1); // a call ends only when there is demand for its end
        } else {
            present.cancel(reason.detail(), null);
        }
    }

    // ---- ClientCall.Listener --------------------------------------------------------------------------------------

    @Override
    public void onReady() {
        if (opened) {
            listener.onWritable();
        } else {
            opened = true;
            listener.onOpen();
        }
    }

    @Override
    public void onMessage(ByteBuffer bytes) {
        if (!opened) {
            onReady(); // an answer came before gRPC said that the stream is ready
        }
        try {
            listener.onMessage(MessageCodec.decodeCenter(bytes));
        } catch (MalformedMessageException e) {
            close(new CloseReason(CloseReason.Next.RETRY_WITH_BACKOFF, String.valueOf(e.getMessage()), null, e));
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        CloseReason asked;
        synchronized (lock) {
            asked = closing;
        }
        end(asked == null ? StatusMapping.toReason(status) : asked);
    }

    private void end(CloseReason reason) {
        synchronized (lock) {
            if (ended) {
                return;
            }
            ended = true;
        }
        ManagedChannel made = channel;
        if (made != null) {
            made.shutdownNow();
        }
        onEnd.accept(this);
        listener.onClosed(reason);
    }
}
