package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.EncodedMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.MalformedMessageException;
import dev.outpost.agent.protocol.MessageCodec;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An agent's connection: a channel with one call on it.
 *
 * <p>gRPC makes its calls serially on the event loop. The lock orders what the agent asks for (demand, closing) against the
 * call's coming into being, which happens later, because reading certificates and getting a token takes time.
 */
final class GrpcConnection extends ClientCall.Listener<ByteBuffer> implements Connection<AgentMessage> {

    /** Bytes that gRPC buffers before it says "full"; large enough for one batch, so that batches follow one another. */
    private static final int READY_THRESHOLD = 256 * 1024;

    /** How long the other side may take to end the stream after we have said that we go. */
    private static final long END_SECONDS = 5;

    private final Envelope<Hello> hello;
    private final ConnectionListener<CenterMessage> listener;
    private final @Nullable ScheduledExecutorService events;
    private final Consumer<GrpcConnection> onEnd;
    private final Object lock = new Object();

    private @Nullable ManagedChannel channel;
    private volatile @Nullable ClientCall<EncodedMessage, ByteBuffer> call;
    private volatile boolean opened;
    private volatile boolean plaintext;
    private @Nullable CloseReason closing;
    private int demandBeforeCall;
    private boolean ended;

    /**
     * A connection that is not there yet.
     *
     * @param events the event loop, or null when there is none any more
     */
    GrpcConnection(
            Envelope<Hello> hello,
            ConnectionListener<CenterMessage> listener,
            @Nullable ScheduledExecutorService events,
            Consumer<GrpcConnection> onEnd) {
        this.hello = hello;
        this.listener = listener;
        this.events = events;
        this.onEnd = onEnd;
    }

    /** Whether nobody wants it any more. */
    boolean isOver() {
        synchronized (lock) {
            return closing != null || ended;
        }
    }

    /** Makes the call; on the event loop. */
    void connect(Dialling.Line line) {
        ClientCall<EncodedMessage, ByteBuffer> started;
        synchronized (lock) {
            if (ended || closing != null) {
                line.channel().shutdownNow();
                return;
            }
            channel = line.channel();
        }
        plaintext = line.plaintext();
        try {
            started = line.channel()
                    .newCall(AgentService.CLIENT_CONNECT, CallOptions.DEFAULT.withOnReadyThreshold(READY_THRESHOLD));
            started.start(this, line.headers());
        } catch (RuntimeException e) { // whatever a library may throw: the listener must hear of it
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

    /** There will be no call at all. Any thread. */
    void fail(CloseReason reason) {
        onLoop(() -> end(reason));
    }

    /** The transport goes, and this connection with it. */
    void transportClosed() {
        close(CloseReason.stop("the transport is closed"));
        ClientCall<EncodedMessage, ByteBuffer> present = call;
        if (present != null) {
            present.cancel("the transport is closed", null);
        }
    }

    private void onLoop(Runnable command) {
        if (events == null) {
            command.run();
            return;
        }
        try {
            events.execute(command);
        } catch (RejectedExecutionException e) { // the loop has ended, so nobody else calls the listener
            command.run();
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
        boolean dialling;
        synchronized (lock) {
            if (closing != null || ended) {
                return;
            }
            closing = reason;
            present = call;
            dialling = channel == null;
        }
        if (present == null) {
            if (dialling) {
                fail(reason); // whoever dials may take long yet, and finds out by himself
            }
            return;
        }
        if (reason.next() == CloseReason.Next.STOP && opened) {
            present.halfClose(); // what was sent before still goes out; the server then ends the stream
            request(1); // a call ends only when there is demand for its end
            cutLater(present);
        } else {
            present.cancel(reason.detail(), null);
        }
    }

    private void cutLater(ClientCall<EncodedMessage, ByteBuffer> present) {
        if (events == null) {
            return;
        }
        try {
            var unused = events.schedule(
                    () -> present.cancel("the other side did not end the stream", null), END_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) { // the transport closes, which cuts it at once
            present.cancel("the transport is closed", null);
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
            close(CloseReason.retry(String.valueOf(e.getMessage()), e).as(Fault.PROTOCOL));
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        CloseReason asked;
        synchronized (lock) {
            asked = closing;
        }
        if (asked == null) {
            CloseReason told = StatusMapping.toReason(status, trailers);
            end(plaintext && !opened ? StatusMapping.beforeAWord(told) : told);
        } else {
            end(asked);
        }
    }

    private void end(CloseReason reason) {
        ManagedChannel made;
        synchronized (lock) {
            if (ended) {
                return;
            }
            ended = true;
            made = channel;
        }
        if (made != null) {
            made.shutdownNow();
        }
        onEnd.accept(this);
        listener.onClosed(reason);
    }
}
