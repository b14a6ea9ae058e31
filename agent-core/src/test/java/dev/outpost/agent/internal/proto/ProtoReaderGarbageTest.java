package dev.outpost.agent.internal.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.fixture.Arbitrary;
import dev.outpost.agent.fixture.Cases;
import java.util.Arrays;
import java.util.HashMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the bytes are: {@link ProtoReader} reads them, or says that they are malformed. */
class ProtoReaderGarbageTest {

    @Test
    void read_randomBytes_endsOrIsMalformed() {
        Cases.check(50_000, random -> {
            byte[] bytes = Arbitrary.bytes(random, random.nextInt(64));
            int offset = random.nextInt(bytes.length + 1);

            readAll(new ProtoReader(bytes, offset, random.nextInt(bytes.length - offset + 1)), random);
        });
    }

    @Test
    void read_truncatedAnywhere_endsOrIsMalformed() {
        Cases.check(200, random -> {
            ProtoWriter out = new ProtoWriter(64);
            out.varint(1, Arbitrary.magnitude(random));
            out.fixed64(2, random.nextLong());
            out.string(3, Arbitrary.text(random));
            out.map(4, Arbitrary.map(random));
            byte[] whole = out.toByteArray();
            for (int length = 0; length < whole.length; length++) {
                // An array of exactly that length: reading beyond the limit would be reading beyond the array.
                readAll(new ProtoReader(Arrays.copyOf(whole, length), 0, length), random);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            longs = {3, 128, Integer.MAX_VALUE, 1L << 31, 1L << 32, (1L << 32) + 1, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void delimited_lengthBeyondTheEnd_isMalformed(long length) {
        byte[] bytes = new byte[16];
        bytes[0] = 1 << 3 | Wire.LENGTH_DELIMITED;
        int end = Wire.putVarint(bytes, 1, length) + 2;

        assertMalformed(bytes, end, (in, tag) -> in.string(tag));
        assertMalformed(bytes, end, (in, tag) -> in.bytes(tag));
        assertMalformed(bytes, end, (in, tag) -> in.message(tag));
        assertMalformed(bytes, end, (in, tag) -> in.skip(tag));
    }

    @Test
    void varint_elevenBytes_isMalformed() {
        byte[] bytes = new byte[12];
        Arrays.fill(bytes, (byte) 0x80);
        bytes[0] = 1 << 3 | Wire.VARINT;
        bytes[11] = 1;

        assertMalformed(bytes, 12, (in, tag) -> in.varint(tag));
    }

    @Test
    void varint_withNeedlessBytes_isReadAsItsValue() throws MalformedProtoException {
        byte[] bytes = {1 << 3, (byte) 0x81, (byte) 0x80, (byte) 0x80, 0};
        ProtoReader in = new ProtoReader(bytes, 0, bytes.length);

        assertThat(in.varint(in.nextTag())).isEqualTo(1);
        assertThat(in.nextTag()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 7, 1L << 32, (1L << 32) | 8, -1})
    void nextTag_noFieldNumberOrTooLarge_isMalformed(long tag) {
        byte[] bytes = new byte[10];
        int end = Wire.putVarint(bytes, 0, tag);

        assertThatThrownBy(() -> new ProtoReader(bytes, 0, end).nextTag()).isInstanceOf(MalformedProtoException.class);
    }

    @Test
    void skip_closedGroup_goesOnBehindIt() throws MalformedProtoException {
        byte[] bytes = {(1 << 3) | 3, (2 << 3) | 3, 5 << 3, 1, (2 << 3) | 4, (1 << 3) | 4, 6 << 3, 9};
        ProtoReader in = new ProtoReader(bytes, 0, bytes.length);

        in.skip(in.nextTag());

        assertThat(in.varint(in.nextTag())).isEqualTo(9);
    }

    @Test
    void skip_groupClosedByAnother_isMalformed() {
        byte[] bytes = {(1 << 3) | 3, (2 << 3) | 4};

        assertMalformed(bytes, bytes.length, (in, tag) -> in.skip(tag));
    }

    @Test
    void skip_groupsNestedWithoutEnd_isMalformed() {
        byte[] bytes = new byte[1_000_000];
        Arrays.fill(bytes, (byte) ((1 << 3) | 3));

        assertMalformed(bytes, bytes.length, (in, tag) -> in.skip(tag));
    }

    @Test
    void read_otherWireType_isMalformed() {
        byte[] bytes = {1 << 3 | Wire.FIXED32, 0, 0, 0, 0};

        assertMalformed(bytes, bytes.length, (in, tag) -> in.varint(tag));
        assertMalformed(bytes, bytes.length, (in, tag) -> in.fixed64(tag));
        assertMalformed(bytes, bytes.length, (in, tag) -> in.string(tag));
    }

    @Test
    void boundedInt_outsideItsRange_isMalformed() {
        for (long value : new long[] {-1, 11, 1L << 32, Long.MAX_VALUE}) {
            ProtoWriter out = new ProtoWriter(16);
            out.presentVarint(1, value);

            assertMalformed(out.toByteArray(), out.size(), (in, tag) -> in.boundedInt(tag, 0, 10));
        }
    }

    private static void readAll(ProtoReader in, SplittableRandom random) {
        try {
            for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
                readOne(in, tag, random);
            }
        } catch (MalformedProtoException expected) {
            // the one permitted answer to garbage
        }
    }

    private static void readOne(ProtoReader in, int tag, SplittableRandom random) throws MalformedProtoException {
        if (random.nextInt(4) == 0) {
            in.skip(tag);
            return;
        }
        switch (tag & 7) {
            case Wire.VARINT -> in.varint(tag);
            case Wire.FIXED64 -> in.doubleValue(tag);
            case Wire.FIXED32 -> in.fixed32(tag);
            case Wire.LENGTH_DELIMITED -> {
                switch (random.nextInt(4)) {
                    case 0 -> in.string(tag);
                    case 1 -> in.bytes(tag);
                    case 2 -> in.mapEntry(tag, new HashMap<>());
                    default -> readAll(in.message(tag), random);
                }
            }
            default -> in.skip(tag);
        }
    }

    private static void assertMalformed(byte[] bytes, int length, Read read) {
        assertThatThrownBy(() -> {
                    ProtoReader in = new ProtoReader(bytes, 0, length);
                    read.field(in, in.nextTag());
                })
                .isInstanceOf(MalformedProtoException.class);
    }

    @FunctionalInterface
    private interface Read {
        void field(ProtoReader in, int tag) throws MalformedProtoException;
    }
}
