package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.protocol.EncodedMessage;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.nio.ByteBuffer;

/** The method of {@code agent.proto}, for each side: what it sends is encoded already, what it receives still bytes. */
final class AgentService {

    static final String SERVICE = "outpost.agent.v1.AgentService";
    private static final String METHOD = MethodDescriptor.generateFullMethodName(SERVICE, "Connect");

    /** Where agents put their credentials. */
    static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    static final MethodDescriptor<EncodedMessage, ByteBuffer> CLIENT_CONNECT =
            MethodDescriptor.<EncodedMessage, ByteBuffer>newBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName(METHOD)
                    .setRequestMarshaller(new EncodedMarshaller())
                    .setResponseMarshaller(new BytesMarshaller())
                    .build();

    static final MethodDescriptor<ByteBuffer, EncodedMessage> SERVER_CONNECT =
            MethodDescriptor.<ByteBuffer, EncodedMessage>newBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName(METHOD)
                    .setRequestMarshaller(new BytesMarshaller())
                    .setResponseMarshaller(new EncodedMarshaller())
                    .build();

    private AgentService() {}
}
