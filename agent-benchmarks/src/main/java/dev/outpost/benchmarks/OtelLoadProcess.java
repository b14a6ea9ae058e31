package dev.outpost.benchmarks;

import dev.outpost.agent.transport.Tls;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporterBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * OpenTelemetry's SDK with its batching processor and its OTLP exporter over gRPC. The host publishes as fast as records are
 * taken: it waits while the processor's queue is full, for the SDK itself would drop, and dropping costs time too.
 */
final class OtelLoadProcess {

    private static final AttributeKey<String> KEY_1 = AttributeKey.stringKey(Records.KEY_1);
    private static final AttributeKey<String> KEY_2 = AttributeKey.stringKey(Records.KEY_2);
    private static final long PARK_NANOS = 50_000;

    private final AtomicLong acknowledged = new AtomicLong();
    private final Logger logger;
    private final int queue;
    private volatile boolean failed;

    /** Security, certificates, port; size of the queue and of batches. */
    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        OtelLoadProcess load = new OtelLoadProcess(
                Link.of(arguments),
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]));
        Thread publisher = new Thread(load::publishForEver, "publisher");
        publisher.setDaemon(true);
        publisher.start();
        Progress.measure(load::acknowledged);
    }

    @SuppressWarnings("MustBeClosed") // both live as long as the process
    private OtelLoadProcess(Link link, int port, int queue, int batch) throws IOException {
        this.queue = queue;
        this.logger = SdkLoggerProvider.builder()
                .addLogRecordProcessor(BatchLogRecordProcessor.builder(new Counting(exporter(link, port)))
                        .setMaxQueueSize(queue)
                        .setMaxExportBatchSize(batch)
                        .build())
                .build()
                .get("throughput");
    }

    private static LogRecordExporter exporter(Link link, int port) throws IOException {
        OtlpGrpcLogRecordExporterBuilder builder = OtlpGrpcLogRecordExporter.builder()
                .setEndpoint((link.secure() ? "https" : "http") + "://127.0.0.1:" + port);
        if (link.secure()) {
            Tls tls = link.agentTls();
            builder.setTrustedCertificates(bytes(tls.trust()))
                    .setClientTls(bytes(tls.privateKey()), bytes(tls.certificate()));
        }
        return builder.build();
    }

    private static byte[] bytes(@Nullable Path file) throws IOException {
        return Files.readAllBytes(Objects.requireNonNull(file));
    }

    private void publishForEver() {
        long published = 0;
        while (true) {
            while (published - acknowledged.get() >= queue) {
                LockSupport.parkNanos(PARK_NANOS);
            }
            logger.logRecordBuilder()
                    .setSeverity(Severity.INFO)
                    .setBody(Records.textFor200((int) (published & Integer.MAX_VALUE)))
                    .setAttribute(KEY_1, Records.VALUE_1)
                    .setAttribute(KEY_2, Records.VALUE_2)
                    .emit();
            published++;
        }
    }

    private long acknowledged() {
        if (failed) {
            throw new IllegalStateException("an export failed");
        }
        return acknowledged.get();
    }

    /** Counts what the server has acknowledged. */
    private final class Counting implements LogRecordExporter {

        private final LogRecordExporter exporter;

        Counting(LogRecordExporter exporter) {
            this.exporter = exporter;
        }

        @Override
        public CompletableResultCode export(Collection<LogRecordData> records) {
            int count = records.size();
            CompletableResultCode result = exporter.export(records);
            return result.whenComplete(() -> {
                failed |= !result.isSuccess();
                acknowledged.addAndGet(count);
            });
        }

        @Override
        public CompletableResultCode flush() {
            return exporter.flush();
        }

        @Override
        public CompletableResultCode shutdown() {
            return exporter.shutdown();
        }
    }
}
