package dev.outpost.center;

import static dev.outpost.center.Positions.STREAM;
import static dev.outpost.center.Positions.at;
import static dev.outpost.center.Positions.batch;
import static dev.outpost.center.Positions.logs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.ConfigurationException;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.center.FileTelemetry.Entry;
import dev.outpost.center.FileTelemetry.Kind;
import dev.outpost.center.store.WatermarkStore;
import dev.outpost.center.store.WatermarkStore.StreamEpoch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A handler that stores batch and position in one, and control centers that die at the worst moment. */
@Timeout(60)
class TransactionalHandlerTest {

    private static final StreamEpoch FIRST = new StreamEpoch(STREAM, 1);

    @TempDir
    private Path directory;

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private HandDrivenEndpoint endpoint;
    private ControlCenter center;

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : toClose) {
            each.close();
        }
    }

    @Test
    void center_diesBetweenHandlerAndAcknowledgement_batchIsHandledOnce() throws Exception {
        FileTelemetry before = open();
        start(new WithoutAnswer(before));
        HandDrivenAgent agent = endpoint.connect().join("a-1", "run-1", at(0));
        agent.send(logs(at(1)));
        Await.until("stored", () -> before.entries().size() == 1);
        // From here on that control center and its handler are left alone, as if they were gone.
        FileTelemetry after = open();
        start(after);
        HandDrivenAgent back = endpoint.connect().join("a-1", "run-1", at(0));
        assertThat(back.welcome().streams()).containsExactly(at(1));
        back.send(logs(at(1)));
        assertThat(back.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
        back.send(logs(at(2)));
        assertThat(back.await(BatchAck.class)).isEqualTo(new BatchAck(at(2)));
        assertThat(open().entries())
                .containsExactly(new Entry(Kind.LOGS, FIRST, 1, 0), new Entry(Kind.LOGS, FIRST, 2, 0));
    }

    @Test
    void batchGapAndRejection_eachAdvanceThePositionOnce() throws Exception {
        FileTelemetry telemetry = open();
        start(telemetry);
        HandDrivenAgent agent = endpoint.connect().join("a-1", at(0));
        agent.send(batch(at(1), Signal.METRICS));
        agent.await(BatchAck.class);
        agent.send(new TelemetryGap(at(4), 2, 30, "evicted"));
        agent.await(BatchAck.class);
        agent.send(batch(at(5), Signal.UNSPECIFIED)); // never comes to the handler, so the center moves the position
        agent.await(BatchAck.class);
        assertThat(telemetry.entries())
                .containsExactly(
                        new Entry(Kind.METRICS, FIRST, 1, 0),
                        new Entry(Kind.GAP, FIRST, 4, 0),
                        new Entry(Kind.POSITION, FIRST, 5, 0));
    }

    @Test
    void missingGap_centerDiesAfterIt_isToldOnce() throws Exception {
        FileTelemetry before = open();
        before.advance(STREAM, 1, 2);
        start(before);
        endpoint.connect().join("a-1", "run-1", at(5));
        Await.until("told", () -> before.entries().size() == 2);
        start(open());
        HandDrivenAgent back = endpoint.connect().join("a-1", "run-1", at(5));
        back.send(logs(at(6)));
        back.await(BatchAck.class);
        assertThat(open().entries())
                .containsExactly(
                        new Entry(Kind.POSITION, FIRST, 2, 0),
                        new Entry(Kind.GAP, FIRST, 5, 0),
                        new Entry(Kind.LOGS, FIRST, 6, 0));
    }

    @Test
    void file_cutAnywhere_isRecoveredToTheLastWholeEntry() throws Exception {
        try (FileTelemetry telemetry = new FileTelemetry(file())) {
            for (int i = 1; i <= 3; i++) {
                telemetry.onLogs(null, new LogBatch(STREAM, 1, i, 1, ByteBuffer.wrap(new byte[] {1, 2, 3})));
            }
        }
        byte[] whole = Files.readAllBytes(file());
        int entryBytes = whole.length / 3;
        for (int length = 0; length <= whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length), StandardOpenOption.TRUNCATE_EXISTING);
            try (FileTelemetry recovered = new FileTelemetry(file())) {
                assertThat(recovered.watermark(STREAM, 1))
                        .as("%d bytes", length)
                        .isEqualTo(length / entryBytes);
                recovered.advance(STREAM, 2, 7);
            }
            try (FileTelemetry recovered = new FileTelemetry(file())) {
                assertThat(recovered.watermark(STREAM, 2))
                        .as("%d bytes", length)
                        .isEqualTo(7);
            }
        }
    }

    @Test
    void build_handlerAndBuilderBothHaveAStore_isRefused() throws IOException {
        FileTelemetry telemetry = open();
        ControlCenterBuilder builder = ControlCenter.builder()
                .endpoint(new HandDrivenEndpoint())
                .telemetry(telemetry)
                .watermarks(WatermarkStore.inMemory());
        assertThatThrownBy(builder::build)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("watermarks");
    }

    // ---- tools ----------------------------------------------------------------------------------------------------

    private Path file() {
        return directory.resolve("telemetry");
    }

    private FileTelemetry open() throws IOException {
        FileTelemetry telemetry = new FileTelemetry(file());
        toClose.add(telemetry);
        return telemetry;
    }

    private void start(TelemetryHandler handler) throws IOException {
        endpoint = new HandDrivenEndpoint();
        center = ControlCenter.builder()
                .endpoint(endpoint)
                .authenticator(Authenticator.everybody())
                .telemetry(handler)
                .build();
        toClose.add(0, center);
        center.start();
    }

    /** Stores everything and never says so. */
    private record WithoutAnswer(FileTelemetry to) implements TelemetryHandler {

        @Override
        public Optional<WatermarkStore> watermarks() {
            return to.watermarks();
        }

        @Override
        public CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
            to.onLogs(agent, batch);
            return new CompletableFuture<>();
        }
    }
}
