package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.MessageCodec;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An agent that says what it likes: a call of the contract's method whose messages are any bytes. */
final class RawCall extends ClientCall.Listener<byte[]> implements AutoCloseable {

    static final MethodDescriptor<byte[], byte[]> CONNECT = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName(AgentService.SERVICE + "/Connect")
            .setRequestMarshaller(new AnyBytes())
            .setResponseMarshaller(new AnyBytes())
            .build();

    private static final long PATIENCE_SECONDS = 20;

    private final ManagedChannel channel;
    private final ClientCall<byte[], byte[]> call;
    private final CompletableFuture<Status> ended = new CompletableFuture<>();

    private RawCall(ManagedChannel channel, Metadata headers) {
        this.channel = channel;
        call = channel.newCall(CONNECT, CallOptions.DEFAULT);
        call.start(this, headers);
        call.request(1);
    }

    static RawCall to(int port) {
        return on(channelTo(port), new Metadata());
    }

    /** On a channel that ends with the call's {@link #close}. */
    static RawCall on(ManagedChannel channel, Metadata headers) {
        return new RawCall(channel, headers);
    }

    static ManagedChannel channelTo(int port) {
        return Grpc.newChannelBuilderForAddress("127.0.0.1", port, InsecureChannelCredentials.create())
                .build();
    }

    /** The bytes of a proper first message. */
    static byte[] hello() {
        return MessageCodec.encodeAgent(helloEnvelope()).toByteArray();
    }

    static Envelope<Hello> helloEnvelope() {
        return new Envelope<>(1, 0, 0, new Hello(1, "a-1", "i", "v", Map.of(), List.of(), List.of()));
    }

    void send(byte[] message) {
        call.sendMessage(message);
    }

    Status awaitEnd() throws Exception {
        return ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        ended.complete(status);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private static final class AnyBytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
