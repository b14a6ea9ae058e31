package dev.outpost.agent.internal.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.outpost.agent.fixture.Arbitrary;
import dev.outpost.agent.fixture.Cases;
import org.junit.jupiter.api.Test;

class WireTest {

    @Test
    void varintSize_everyPowerOfTwo_equalsProtobuf() {
        for (int bit = 0; bit < 64; bit++) {
            long power = 1L << bit;

            assertThat(Wire.varintSize(power))
                    .as("2^%d", bit)
                    .isEqualTo(CodedOutputStream.computeUInt64SizeNoTag(power));
            assertThat(Wire.varintSize(power - 1))
                    .as("2^%d - 1", bit)
                    .isEqualTo(CodedOutputStream.computeUInt64SizeNoTag(power - 1));
        }
    }

    @Test
    void put_anyNumbers_areWhatProtobufReads() {
        Cases.check(5_000, random -> {
            long varint = Arbitrary.magnitude(random);
            long fixed64 = random.nextLong();
            int fixed32 = random.nextInt();
            byte[] bytes = new byte[32];

            int at = Wire.putVarint(bytes, 0, varint);
            assertThat(at).isEqualTo(Wire.varintSize(varint));
            at = Wire.putFixed64(bytes, at, fixed64);
            int end = Wire.putFixed32(bytes, at, fixed32);

            CodedInputStream in = CodedInputStream.newInstance(bytes, 0, end);
            assertThat(in.readRawVarint64()).isEqualTo(varint);
            assertThat(in.readFixed64()).isEqualTo(fixed64).isEqualTo(Wire.getFixed64(bytes, at - 8));
            assertThat(in.readFixed32()).isEqualTo(fixed32).isEqualTo(Wire.getFixed32(bytes, at));
            assertThat(in.isAtEnd()).isTrue();
        });
    }

    @Test
    void delimitedSize_anyLength_countsTagLengthAndContent() {
        for (int length : new int[] {0, 1, 127, 128, 16_383, 16_384}) {
            assertThat(Wire.delimitedSize(length))
                    .isEqualTo(CodedOutputStream.computeByteArraySize(1, new byte[length]));
        }
    }
}
