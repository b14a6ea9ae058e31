package dev.outpost.agent.transport.grpc;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Takes messages from gRPC as bytes, so that decoding happens where a clear answer can be given to what is malformed. */
final class BytesMarshaller implements MethodDescriptor.Marshaller<ByteBuffer> {

    @Override
    public InputStream stream(ByteBuffer message) {
        byte[] bytes = new byte[message.remaining()];
        message.duplicate().get(bytes);
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public ByteBuffer parse(InputStream stream) {
        try {
            return ByteBuffer.wrap(bytes(stream));
        } catch (IOException e) {
            throw Status.INTERNAL
                    .withDescription("reading a message failed")
                    .withCause(e)
                    .asRuntimeException();
        }
    }

    /** One copy where the length is known, which is so unless the message is compressed; gRPC has held it to the limit before. */
    private static byte[] bytes(InputStream stream) throws IOException {
        if (!(stream instanceof KnownLength)) {
            return stream.readAllBytes();
        }
        byte[] bytes = new byte[stream.available()];
        if (stream.readNBytes(bytes, 0, bytes.length) < bytes.length) {
            throw new EOFException("a message is shorter than announced");
        }
        return bytes;
    }
}
