package dev.outpost.benchmarks;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import java.time.Duration;
import java.util.Collection;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** OpenTelemetry's SDK with its default batches of 512, closed sooner, and an exporter that takes every batch at once. */
@State(Scope.Benchmark)
public class OtelLogs {

    private static final AttributeKey<String> KEY_1 = AttributeKey.stringKey(Records.KEY_1);
    private static final AttributeKey<String> KEY_2 = AttributeKey.stringKey(Records.KEY_2);

    final Backlog backlog = new Backlog();

    private final SdkLoggerProvider provider = SdkLoggerProvider.builder()
            .addLogRecordProcessor(BatchLogRecordProcessor.builder(new Count())
                    .setScheduleDelay(Duration.ofMillis(10))
                    .build())
            .build();
    private final Logger logger = provider.get("publish");

    void emit(int i) {
        logger.logRecordBuilder()
                .setSeverity(Severity.INFO)
                .setBody(Records.textOf200(i))
                .setAttribute(KEY_1, Records.VALUE_1)
                .setAttribute(KEY_2, Records.VALUE_2)
                .emit();
    }

    @TearDown
    public void close() {
        provider.close();
    }

    private final class Count implements LogRecordExporter {

        @Override
        public CompletableResultCode export(Collection<LogRecordData> records) {
            backlog.consumed(records.size());
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
