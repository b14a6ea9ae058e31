package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.EncodedMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.MalformedMessageException;
import dev.outpost.agent.protocol.MessageCodec;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Peer;
import dev.outpost.agent.transport.TransportServer;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A control center's connection: one call of an agent. gRPC makes its calls serially on the event loop. */
final class GrpcServerConnection extends ServerCall.Listener<ByteBuffer> implements Connection<CenterMessage> {

    private final ServerCall<ByteBuffer, EncodedMessage> call;
    private final Consumer<GrpcServerConnection> onEnd;
    private final Runnable onLetIn;
    private final @Nullable FirstMessageLimit firstMessage;
    private final Object lock = new Object();
    private @Nullable ConnectionListener<AgentMessage> listener;
    private @Nullable CloseReason closing;
    private int requested;
    private boolean heard;
    private boolean ended;

    private GrpcServerConnection(
            ServerCall<ByteBuffer, EncodedMessage> call,
            Consumer<GrpcServerConnection> onEnd,
            Runnable onLetIn,
            @Nullable FirstMessageLimit firstMessage) {
        this.call = call;
        this.onEnd = onEnd;
        this.onLetIn = onLetIn;
        this.firstMessage = firstMessage;
    }

    static ServerCall.Listener<ByteBuffer> accept(
            ServerCall<ByteBuffer, EncodedMessage> call,
            Metadata headers,
            TransportServer.Acceptor acceptor,
            Set<GrpcServerConnection> open,
            Door door,
            Executor later) {
        if (!CallsPerConnection.allow(call)) {
            call.close(
                    Status.UNAVAILABLE.withDescription("a connection carries one stream: connect anew"),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Runnable letIn = () -> {
            SocketAddress peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
            if (peer != null) {
                door.letIn(peer);
            }
        };
        FirstMessageLimit limit = FirstMessageLimit.current();
        GrpcServerConnection connection = new GrpcServerConnection(call, open::remove, letIn, limit);
        open.add(connection);
        if (limit != null) { // it is called in the middle of reading
            limit.onTooMuch(() -> later.execute(() -> connection.closeTooLarge(FirstMessageLimit.MOST_BYTES)));
        }
        call.sendHeaders(new Metadata()); // at once, so that the agent's stream is known to stand
        ConnectionListener<AgentMessage> listener = acceptor.onConnection(connection, peerOf(call, headers));
        connection.listener = listener;
        listener.onOpen();
        return connection;
    }

    private static Peer peerOf(ServerCall<?, ?> call, Metadata headers) {
        Object address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        return new Peer(
                String.valueOf(address),
                certificates(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION)),
                headers.get(AgentService.AUTHORIZATION));
    }

    private static List<X509Certificate> certificates(@Nullable SSLSession session) {
        List<X509Certificate> chain = new ArrayList<>();
        if (session == null) {
            return chain;
        }
        try {
            for (Certificate certificate : session.getPeerCertificates()) {
                if (certificate instanceof X509Certificate x509) {
                    chain.add(x509);
                }
            }
        } catch (SSLPeerUnverifiedException e) {
            chain.clear(); // TLS without a client certificate: nobody in particular
        }
        return chain;
    }

    // ---- Connection -----------------------------------------------------------------------------------------------

    @Override
    public boolean trySend(Envelope<CenterMessage> message) {
        synchronized (lock) {
            if (closing != null || ended || !call.isReady()) {
                return false;
            }
            call.sendMessage(MessageCodec.encodeCenter(message));
            return true;
        }
    }

    @Override
    public void request(int count) {
        boolean letIn;
        synchronized (lock) {
            letIn = requested < 2 && requested + count >= 2;
            requested = Math.min(2, requested + Math.min(count, 2));
        }
        if (letIn) { // whoever wants to hear more than the hello knows whose it is
            onLetIn.run();
        }
        call.request(count);
    }

    @Override
    public void close(CloseReason reason) {
        synchronized (lock) {
            if (closing != null || ended) {
                return;
            }
            closing = reason;
            call.close(StatusMapping.toStatus(reason), StatusMapping.trailers(reason));
        }
    }

    // ---- ServerCall.Listener --------------------------------------------------------------------------------------

    @Override
    public void onMessage(ByteBuffer bytes) {
        ConnectionListener<AgentMessage> receiver = listener;
        if (receiver == null) {
            return;
        }
        if (!heard) {
            heard = true;
            if (firstMessage != null) {
                firstMessage.passed();
            }
            if (bytes.remaining() > FirstMessageLimit.MOST_BYTES) { // all of it came at once
                closeTooLarge(FirstMessageLimit.MOST_BYTES);
                return;
            }
        }
        try {
            receiver.onMessage(MessageCodec.decodeAgent(bytes));
        } catch (MalformedMessageException e) {
            closeInvalid(String.valueOf(e.getMessage()), e);
        }
    }

    private void closeTooLarge(int most) {
        closeInvalid("the first message is larger than " + most + " bytes", null);
    }

    private void closeInvalid(String problem, @Nullable Exception cause) {
        synchronized (lock) {
            if (closing == null && !ended) {
                closing = CloseReason.retry(problem, cause).as(CloseReason.Fault.PROTOCOL);
                call.close(Status.INVALID_ARGUMENT.withDescription(problem), new Metadata());
            }
        }
    }

    @Override
    public void onReady() {
        ConnectionListener<AgentMessage> receiver = listener;
        if (receiver != null) {
            receiver.onWritable();
        }
    }

    /** The agent has sent its last message; the stream ends in good order. */
    @Override
    public void onHalfClose() {
        close(CloseReason.reconnect("the agent closed"));
    }

    @Override
    public void onComplete() {
        end(CloseReason.reconnect("the stream ended"));
    }

    @Override
    public void onCancel() {
        end(CloseReason.retry("the stream was cut", null));
    }

    private void end(CloseReason otherwise) {
        CloseReason reason;
        synchronized (lock) {
            if (ended) {
                return;
            }
            ended = true;
            reason = closing == null ? otherwise : closing;
        }
        onEnd.accept(this);
        ConnectionListener<AgentMessage> receiver = listener;
        if (receiver != null) {
            receiver.onClosed(reason);
        }
    }
}
