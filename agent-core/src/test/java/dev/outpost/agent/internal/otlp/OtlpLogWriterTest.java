package dev.outpost.agent.internal.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.fixture.Arbitrary;
import dev.outpost.agent.fixture.ArbitraryAttributes;
import dev.outpost.agent.fixture.Cases;
import dev.outpost.agent.internal.proto.Utf8;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.Severity;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OtlpLogWriterTest {

    private static final long NOW = 1_793_534_400_000_000_007L;

    @Test
    void put_randomRecord_equalsOpenTelemetryByteForByte() {
        Cases.check(5_000, random -> {
            LogRecord record = record(random);
            Attributes more = ArbitraryAttributes.of(random);
            byte[] bytes = new byte[OtlpLogWriter.size(record, more)];

            int end = OtlpLogWriter.put(bytes, 0, record, more, NOW);

            assertThat(end).isEqualTo(bytes.length);
            assertThat(bytes).isEqualTo(OtlpOracle.log(record, more, NOW).toByteArray());
        });
    }

    @Test
    void putStartAttributeEnd_randomStrings_equalsTheWholeRecord() {
        Cases.check(2_000, random -> {
            String body = Arbitrary.text(random);
            String key = Arbitrary.someText(random);
            String value = Arbitrary.text(random);
            int size = OtlpLogWriter.size(Utf8.length(body))
                    + OtlpLogWriter.attributeSize(Utf8.length(key), Utf8.length(value));
            byte[] bytes = new byte[size];

            int at = OtlpLogWriter.putStart(bytes, 0, NOW, Severity.WARN.number(), body, Utf8.length(body));
            at = OtlpLogWriter.putAttribute(bytes, at, key, Utf8.length(key), value, Utf8.length(value));
            int end = OtlpLogWriter.putEnd(bytes, at, NOW);

            LogRecord same = LogRecord.of(Severity.WARN, body, Attributes.of(key, value));
            assertThat(end).isEqualTo(size);
            assertThat(bytes)
                    .isEqualTo(OtlpOracle.log(same, Attributes.empty(), NOW).toByteArray());
        });
    }

    @Test
    void read_recordsOfABatch_areThoseWritten() {
        Cases.check(2_000, random -> {
            LogRecord first = record(random);
            LogRecord second = record(random);
            byte[] batch = ScopeLogs.newBuilder()
                    .addLogRecords(OtlpOracle.log(first, Attributes.empty(), NOW))
                    .addLogRecords(OtlpOracle.log(second, Attributes.empty(), NOW))
                    .setSchemaUrl("https://example.org/unknown/to/the/reader")
                    .build()
                    .toByteArray();

            assertThat(OtlpLogReader.read(ByteBuffer.wrap(batch))).containsExactly(timed(first), timed(second));
        });
    }

    @Test
    void read_garbage_isIllegalArgumentAndNothingElse() {
        Cases.check(20_000, random -> {
            byte[] record =
                    OtlpOracle.log(record(random), Attributes.empty(), NOW).toByteArray();
            byte[] batch = new byte[record.length + 2];
            batch[0] = 2 << 3 | 2;
            batch[1] = (byte) Math.min(127, record.length);
            System.arraycopy(record, 0, batch, 2, record.length);
            batch[random.nextInt(batch.length)] = (byte) random.nextInt();
            try {
                OtlpLogReader.read(ByteBuffer.wrap(batch, 0, random.nextInt(batch.length + 1)));
            } catch (IllegalArgumentException expected) {
                assertThat(expected).hasMessageMatching("(?s).+");
            }
        });
    }

    @Test
    void read_notAMessage_saysSo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OtlpLogReader.read(ByteBuffer.wrap(new byte[] {-1, -1})))
                .withMessageContaining("not the log records of a batch");
    }

    private static LogRecord timed(LogRecord record) {
        long time = record.epochNanos() == 0 ? NOW : record.epochNanos();
        return new LogRecord(
                time, record.severity(), record.body(), record.attributes(), record.traceId(), record.spanId());
    }

    private static LogRecord record(SplittableRandom random) {
        Severity[] severities = Severity.values();
        return new LogRecord(
                random.nextInt(3) == 0 ? 0 : Arbitrary.magnitude(random),
                severities[random.nextInt(severities.length)],
                Arbitrary.text(random),
                ArbitraryAttributes.of(random),
                random.nextBoolean() ? null : HexFormat.of().formatHex(Arbitrary.bytes(random, 16)),
                random.nextBoolean() ? null : HexFormat.of().formatHex(Arbitrary.bytes(random, 8)));
    }
}
