package dev.outpost.agent.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.spool.Batch;
import dev.outpost.agent.internal.spool.FrameHeader;
import dev.outpost.agent.internal.spool.Stored;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.TelemetryBatch.Codec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredFormTest {

    @ParameterizedTest
    @CsvSource({"LOGS, NONE, 1", "LOGS, GZIP, 2", "METRICS, NONE, 2", "METRICS, GZIP, 1"})
    void read_batchThatWasStored_isTheSame(Signal signal, Codec codec, int priority) {
        ByteBuffer body = ByteBuffer.allocate(100).putInt(0, 42);
        ClosedBatch batch = new ClosedBatch(signal, priority, 7, codec, body, 1, List.of());

        Batch stored = StoredForm.toStore(new Entry(3, batch, false), batch);
        FrameHeader header = new FrameHeader(
                stored.sequence(), stored.records(), stored.type(), stored.codec(), priority, 0, 100, 0);
        Entry back = StoredForm.read(new Stored.Frame(header, stored.body()));

        assertThat(back.from()).isEqualTo(3);
        assertThat(back.through()).isEqualTo(3);
        assertThat(back.records()).isEqualTo(7);
        assertThat(back.isStored()).isTrue();
        ClosedBatch read = Objects.requireNonNull(back.batch());
        assertThat(read.signal()).isEqualTo(signal);
        assertThat(read.codec()).isEqualTo(codec);
        assertThat(read.priority()).isEqualTo(priority);
        assertThat(read.body()).isEqualTo(body);
    }

    @Test
    void read_gapThatWasNoted_isTheSame() {
        Stored.Gap noted = StoredForm.toStore(new Entry(3, 5, 30, "rejected", false));

        Entry back = StoredForm.read(noted, noted.through());

        assertThat(noted).isEqualTo(new Stored.Gap(3, 5, 30, "rejected"));
        assertThat(back.from()).isEqualTo(3);
        assertThat(back.through()).isEqualTo(5);
        assertThat(back.records()).isEqualTo(30);
        assertThat(back.reason()).isEqualTo("rejected");
        assertThat(back.batch()).isNull();
        assertThat(back.isStored()).isTrue();
    }

    @Test
    void read_gapThatGoesOnInMemory_endsWhereItWasRead() {
        Entry back = StoredForm.read(new Stored.Gap(3, 9, 30, "rejected"), 4);

        assertThat(back.from()).isEqualTo(3);
        assertThat(back.through()).isEqualTo(4);
    }
}
