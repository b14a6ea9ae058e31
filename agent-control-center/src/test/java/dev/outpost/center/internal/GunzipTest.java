package dev.outpost.center.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.sink.SinkException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class GunzipTest {

    private static final int MOST = 100_000;

    @Test
    void read_anySize_givesWhatWasCompressed() throws IOException {
        Random random = new Random(11);
        for (int size : new int[] {0, 1, 8_191, 8_192, 8_193, 50_000, MOST}) {
            byte[] plain = new byte[size];
            random.nextBytes(plain);
            Arrays.fill(plain, size / 2, size, (byte) 'x');
            byte[] padded = new byte[size + 1_000];
            byte[] compressed = gzip(plain);
            System.arraycopy(compressed, 0, padded, 7, compressed.length);
            ByteBuffer body = ByteBuffer.wrap(padded, 7, compressed.length).asReadOnlyBuffer();
            assertThat(bytes(Gunzip.read(body, MOST))).as("size %d", size).isEqualTo(plain);
        }
    }

    @Test
    void read_headerWithEveryField_skipsThem() throws IOException {
        byte[] plain = {1, 2, 3};
        byte[] compressed = gzip(plain);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(compressed, 0, 3);
        out.write(2 | 4 | 8 | 16);
        out.write(compressed, 4, 6);
        out.write(new byte[] {2, 0, 9, 9}); // extra
        out.write(new byte[] {'n', 0, 'c', 0}); // name, comment
        out.write(new byte[] {0, 0}); // checksum of the header
        out.write(compressed, 10, compressed.length - 10);
        assertThat(bytes(Gunzip.read(ByteBuffer.wrap(out.toByteArray()), MOST))).isEqualTo(plain);
    }

    @Test
    void read_moreThanTheBound_isRejected() throws IOException {
        for (int size : new int[] {MOST + 1, 50_000_000}) {
            ByteBuffer bomb = ByteBuffer.wrap(gzip(new byte[size]));
            assertThatThrownBy(() -> Gunzip.read(bomb, MOST))
                    .isInstanceOfSatisfying(
                            SinkException.class, e -> assertThat(e.retryable()).isFalse())
                    .hasMessage("the body has more than 100000 bytes");
        }
    }

    @Test
    void read_cutAnywhere_isRejected() throws IOException {
        byte[] whole = gzip("a record, another record, a third record".getBytes(StandardCharsets.UTF_8));
        for (int length = 0; length < whole.length; length++) {
            rejects(Arrays.copyOf(whole, length));
        }
        rejects(Arrays.copyOf(whole, whole.length + 1));
    }

    /** Either it is found out, or it makes no difference: in the header there are bytes that nobody looks at. */
    @Test
    void read_anyBitFlipped_neverGivesWrongBytes() throws IOException {
        byte[] plain = "a record, another record, a third record".getBytes(StandardCharsets.UTF_8);
        byte[] whole = gzip(plain);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            byte[] read = plain;
            try {
                read = bytes(Gunzip.read(ByteBuffer.wrap(damaged), MOST));
            } catch (SinkException e) {
                assertThat(e.retryable()).isFalse();
            }
            assertThat(read).as("bit %d", bit).isEqualTo(plain);
        }
    }

    @Test
    void read_garbage_isRejected() {
        Random random = new Random(12);
        for (int i = 0; i < 1_000; i++) {
            byte[] garbage = new byte[random.nextInt(200)];
            random.nextBytes(garbage);
            rejects(garbage);
        }
    }

    @Test
    void read_manyMembers_isRejectedWithoutDeepRecursion() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] empty = gzip(new byte[0]);
        for (int i = 0; i < 100_000; i++) {
            out.write(empty);
        }
        rejects(out.toByteArray());
    }

    private static void rejects(byte[] body) {
        assertThatThrownBy(() -> Gunzip.read(ByteBuffer.wrap(body), MOST))
                .as("%d bytes", body.length)
                .isInstanceOfSatisfying(
                        SinkException.class, e -> assertThat(e.retryable()).isFalse());
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        }
        return out.toByteArray();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
