package dev.outpost.agent.internal.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import dev.outpost.agent.fixture.Arbitrary;
import dev.outpost.agent.fixture.Cases;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What {@link ProtoWriter} writes, {@link ProtoReader} reads. */
class ProtoRoundTripTest {

    @Test
    void write_randomFields_readBackInOrder() {
        Cases.check(5_000, random -> {
            List<Field> fields = new ArrayList<>();
            ProtoWriter out = new ProtoWriter(random.nextInt(1, 64));
            for (int i = random.nextInt(12); i > 0; i--) {
                fields.add(Field.write(random, out));
            }

            ProtoReader in = ProtoReader.of(ByteBuffer.wrap(out.toByteArray()));
            for (Field field : fields) {
                int tag = in.nextTag();
                assertThat(tag >>> 3).isEqualTo(field.number());
                field.expectation().check(in, tag);
            }
            assertThat(in.nextTag()).isZero();
        });
    }

    @Test
    void write_defaults_leavesThemOut() {
        ProtoWriter out = new ProtoWriter(1);
        out.varint(1, 0);
        out.bool(2, false);
        out.fixed64(3, 0);
        out.string(4, "");
        out.bytes(5, new byte[0]);
        out.map(6, Map.of());

        assertThat(out.size()).isZero();
    }

    @Test
    void write_presentDefaults_areThere() throws IOException {
        ProtoWriter out = new ProtoWriter(1);
        out.presentVarint(1, 0);
        out.presentString(2, "");
        out.presentDouble(3, 0);
        out.endMessage(out.beginMessage(4));

        CodedInputStream in = CodedInputStream.newInstance(out.toByteArray());
        for (int field = 1; field <= 4; field++) {
            assertThat(in.readTag() >>> 3).isEqualTo(field);
            assertThat(in.skipField(in.getLastTag())).isTrue();
        }
        assertThat(in.isAtEnd()).isTrue();
    }

    @Test
    void message_nestedDeeply_hasTheRightLengths() throws MalformedProtoException {
        int depth = 300;
        ProtoWriter out = new ProtoWriter(8);
        int[] starts = new int[depth];
        for (int i = 0; i < depth; i++) {
            starts[i] = out.beginMessage(1);
        }
        out.string(2, "core");
        for (int i = depth - 1; i >= 0; i--) {
            out.endMessage(starts[i]);
        }

        ProtoReader in = ProtoReader.of(ByteBuffer.wrap(out.toByteArray()));
        for (int i = 0; i < depth; i++) {
            in = in.message(in.nextTag());
        }
        assertThat(in.string(in.nextTag())).isEqualTo("core");
    }

    @Test
    void of_anyKindOfBuffer_readsWhatRemainsAndLeavesItAsItIs() throws MalformedProtoException {
        ProtoWriter out = new ProtoWriter(8);
        out.varint(1, 300);
        byte[] padded = new byte[out.size() + 4];
        System.arraycopy(out.toByteArray(), 0, padded, 2, out.size());
        ByteBuffer heap = ByteBuffer.wrap(padded, 2, out.size());
        ByteBuffer direct = ByteBuffer.allocateDirect(out.size()).put(0, out.toByteArray());

        for (ByteBuffer buffer : List.of(heap, heap.slice(), heap.asReadOnlyBuffer(), direct)) {
            ByteBuffer before = buffer.duplicate();
            ProtoReader in = ProtoReader.of(buffer);

            assertThat(in.varint(in.nextTag())).isEqualTo(300);
            assertThat(in.nextTag()).isZero();
            assertThat(buffer).isEqualTo(before);
        }
    }

    /** A field that was written, and what it is read back as. */
    private record Field(int number, Expectation expectation) {

        static Field write(SplittableRandom random, ProtoWriter out) {
            int number = random.nextInt(1, 1 << random.nextInt(1, 29));
            return switch (random.nextInt(6)) {
                case 0 -> {
                    long value = Arbitrary.magnitude(random);
                    out.presentVarint(number, value);
                    yield new Field(
                            number, (in, tag) -> assertThat(in.varint(tag)).isEqualTo(value));
                }
                case 1 -> {
                    double value = Double.longBitsToDouble(random.nextLong());
                    out.presentDouble(number, value);
                    yield new Field(
                            number, (in, tag) -> assertThat(in.doubleValue(tag)).isEqualTo(Double.valueOf(value)));
                }
                case 2 -> {
                    String value = Arbitrary.text(random);
                    out.presentString(number, value);
                    yield new Field(
                            number, (in, tag) -> assertThat(in.string(tag)).isEqualTo(value));
                }
                case 3 -> {
                    byte[] value = Arbitrary.bytes(random, random.nextInt(1, 400));
                    out.bytes(number, value);
                    yield new Field(
                            number, (in, tag) -> assertThat(in.bytes(tag)).isEqualTo(ByteBuffer.wrap(value)));
                }
                case 4 -> {
                    String key = Arbitrary.text(random);
                    String value = Arbitrary.text(random);
                    out.map(number, Map.of(key, value));
                    yield new Field(number, (in, tag) -> {
                        Map<String, String> target = new LinkedHashMap<>();
                        in.mapEntry(tag, target);
                        assertThat(target).isEqualTo(Map.of(key, value));
                    });
                }
                default -> {
                    int start = out.beginMessage(number);
                    out.bytes(1, Arbitrary.bytes(random, random.nextInt(300)));
                    out.endMessage(start);
                    yield new Field(number, (in, tag) -> in.skip(tag));
                }
            };
        }
    }

    @FunctionalInterface
    private interface Expectation {
        void check(ProtoReader in, int tag) throws MalformedProtoException;
    }
}
