package dev.outpost.agent.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.KnownLength;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BytesMarshallerTest {

    private static final byte[] BYTES = {1, 2, 3, 4, 5};

    private final BytesMarshaller marshaller = new BytesMarshaller();

    @Test
    void parse_lengthKnown_takesAll() {
        assertThat(marshaller.parse(new Announced(BYTES.length))).isEqualTo(ByteBuffer.wrap(BYTES));
    }

    @Test
    void parse_lengthUnknown_takesAll() {
        assertThat(marshaller.parse(new ByteArrayInputStream(BYTES))).isEqualTo(ByteBuffer.wrap(BYTES));
    }

    @Test
    void parse_shorterThanAnnounced_fails() {
        assertThatThrownBy(() -> marshaller.parse(new Announced(6)))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("INTERNAL")
                .hasRootCauseMessage("a message is shorter than announced");
    }

    private static final class Announced extends ByteArrayInputStream implements KnownLength {

        private final int length;

        Announced(int length) {
            super(BYTES);
            this.length = length;
        }

        @Override
        public synchronized int available() {
            return length;
        }
    }
}
