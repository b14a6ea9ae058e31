package dev.outpost.center;

import static dev.outpost.center.Positions.STREAM;
import static dev.outpost.center.Positions.at;
import static dev.outpost.center.Positions.logs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TelemetryBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Batches that come compressed, or say so. */
@Timeout(60)
class CompressedBatchTest {

    private final CenterBench bench = new CenterBench();

    @AfterEach
    void closeCenter() {
        bench.close();
    }

    @Test
    void batch_compressed_isHandedOverPlain() throws Exception {
        bench.start();
        HandDrivenAgent agent = bench.connect().join("a-1", at(0));
        byte[] plain = {10, 20, 30};
        agent.send(compressed(at(1), gzip(plain)));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
        assertThat(bench.telemetry.batches.get(0).body()).isEqualTo(ByteBuffer.wrap(plain));
        assertThat(bench.telemetry.batches.get(0).streamId()).isEqualTo(STREAM);
    }

    @Test
    void batch_bombOrGarbage_isRejectedForGoodAndTheConnectionGoesOn() throws Exception {
        bench.builder.maxDecompressedBytes(1_000);
        bench.start();
        HandDrivenAgent agent = bench.connect().join("a-1", at(0));
        byte[][] bad = {gzip(new byte[1_001]), new byte[] {1, 2, 3}, new byte[0]};
        for (int i = 0; i < bad.length; i++) {
            agent.send(compressed(at(i + 1), bad[i]));
            BatchNack nack = agent.await(BatchNack.class);
            assertThat(nack.position()).isEqualTo(at(i + 1));
            assertThat(nack.code()).isEqualTo(BatchNack.Code.REJECTED);
            assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(i + 1)));
        }
        agent.send(logs(at(bad.length + 1)));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(bad.length + 1)));
        assertThat(bench.telemetry.handled).containsExactly(bad.length + 1L);
        assertThat(bench.counters()).containsEntry("batches.undecodable", (long) bad.length);
    }

    private static TelemetryBatch compressed(StreamPosition position, byte[] body) {
        return new TelemetryBatch(position, Signal.LOGS, 1, TelemetryBatch.Codec.GZIP, ByteBuffer.wrap(body));
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        }
        return out.toByteArray();
    }
}
