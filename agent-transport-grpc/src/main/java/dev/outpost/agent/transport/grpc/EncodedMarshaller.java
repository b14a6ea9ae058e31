package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.protocol.EncodedMessage;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Gives messages that are encoded already to gRPC, which drains them into its buffers: the one copy on the way out. */
final class EncodedMarshaller implements MethodDescriptor.Marshaller<EncodedMessage> {

    @Override
    public InputStream stream(EncodedMessage message) {
        return new MessageStream(message);
    }

    @Override
    public EncodedMessage parse(InputStream stream) {
        throw new IllegalStateException("this side does not receive what it sends");
    }

    /** gRPC asks for the length, then drains; the methods of a real stream are there for its fall-backs. */
    private static final class MessageStream extends InputStream implements KnownLength, Drainable {

        private @Nullable EncodedMessage message;
        private @Nullable InputStream bytes;

        MessageStream(EncodedMessage message) {
            this.message = message;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            EncodedMessage drained = message;
            if (drained == null) {
                return 0;
            }
            message = null;
            drained.writeTo(target);
            return drained.size();
        }

        @Override
        public int available() throws IOException {
            return message != null ? message.size() : bytes != null ? bytes.available() : 0;
        }

        @Override
        public int read() throws IOException {
            return bytes().read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return bytes().read(target, offset, length);
        }

        private InputStream bytes() {
            InputStream open = bytes;
            if (open == null) {
                open = new ByteArrayInputStream(message == null ? new byte[0] : message.toByteArray());
                bytes = open;
                message = null;
            }
            return open;
        }
    }
}
