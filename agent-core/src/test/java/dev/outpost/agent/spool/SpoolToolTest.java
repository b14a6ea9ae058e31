package dev.outpost.agent.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.fixture.StrictJson;
import dev.outpost.agent.internal.otlp.OtlpLogWriter;
import dev.outpost.agent.internal.otlp.OtlpMetricWriter;
import dev.outpost.agent.internal.proto.Wire;
import dev.outpost.agent.internal.spool.Batch;
import dev.outpost.agent.internal.spool.DiskFiles;
import dev.outpost.agent.internal.spool.FrameType;
import dev.outpost.agent.internal.spool.SpoolEvents;
import dev.outpost.agent.internal.spool.SpoolLimits;
import dev.outpost.agent.internal.spool.SpoolRun;
import dev.outpost.agent.internal.spool.SpoolStore;
import dev.outpost.agent.internal.spool.Stored;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.metric.Instrument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolToolTest {

    private static final SpoolRun.Chain LOGS = new SpoolRun.Chain("logs-2", 2);
    private static final SpoolRun.Chain METRICS = new SpoolRun.Chain("metrics-1", 1);
    private static final Attributes NONE = Attributes.empty();

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private static final class Silent implements SpoolEvents {
        @Override
        public void onWritten(SpoolRun run, long through) {}

        @Override
        public void onSynced(SpoolRun run, long through) {}

        @Override
        public void onFailed(SpoolRun run, long synced, IOException failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void onLost(SpoolRun run, Stored.Gap lost) {}
    }

    private SpoolStore open() throws IOException {
        return SpoolStore.open(
                directory,
                new SpoolLimits(1 << 20, 0, 8192),
                new DiskFiles(),
                () -> 1_700_000_000_000L,
                List.of(LOGS, METRICS),
                new Silent());
    }

    private int tool(String... arguments) {
        out.reset();
        err.reset();
        return SpoolTool.run(
                List.of(arguments),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String complained() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static byte[] logs(LogRecord... records) {
        byte[] target = new byte[4096];
        int at = 0;
        for (LogRecord record : records) {
            target[at++] = 2 << 3 | Wire.LENGTH_DELIMITED;
            at = Wire.putVarint(target, at, OtlpLogWriter.size(record, NONE));
            at = OtlpLogWriter.put(target, at, record, NONE, 5);
        }
        return java.util.Arrays.copyOf(target, at);
    }

    private static byte[] metric(Instrument instrument, double value) {
        OtlpMetricWriter writer = new OtlpMetricWriter();
        writer.add(0, 1_000_000_001L, Attributes.of("cpu", "0"), Double.doubleToRawLongBits(value), true);
        byte[] target = new byte[4096];
        target[0] = 2 << 3 | Wire.LENGTH_DELIMITED;
        int at = Wire.putVarint(target, 1, writer.size(instrument));
        return java.util.Arrays.copyOf(target, writer.put(target, at, instrument));
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        }
        return packed.toByteArray();
    }

    private static void append(SpoolStore store, SpoolRun run, long sequence, FrameType type, int codec, byte[] body) {
        store.append(run, 1, new Batch(sequence, 1, type, codec, ByteBuffer.wrap(body)));
    }

    /** Logs 1 to 40 in several segments, of which the last is gzipped; and a metric. */
    private SpoolStore filled() throws IOException {
        SpoolStore store = open();
        SpoolRun logs = store.startRun(LOGS);
        for (long sequence = 1; sequence < 40; sequence++) {
            LogRecord log = LogRecord.of(Severity.INFO, "batch " + sequence + " ".repeat(400), NONE);
            append(store, logs, sequence, FrameType.LOGS, 0, logs(log));
        }
        LogRecord rich = new LogRecord(
                1_234_567_890L,
                Severity.ERROR,
                "a \"quoted\" line\nand é \uD83D\uDE00 \u2028",
                Attributes.builder()
                        .put("text", "x")
                        .put("number", Long.MIN_VALUE)
                        .put("part", 0.5)
                        .put("yes", true)
                        .build(),
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331");
        append(store, logs, 40, FrameType.LOGS, 1, gzip(logs(rich, LogRecord.of(Severity.WARN, "second", NONE))));
        SpoolRun metrics = store.startRun(METRICS);
        append(store, metrics, 1, FrameType.METRICS, 0, metric(Instrument.gauge("a.b", "1", "c"), 2.5));
        store.sync();
        return store;
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(path -> path.toString().endsWith(".seg")).sorted().toList();
        }
    }

    private Map<Path, String> state() throws IOException {
        Map<Path, String> state = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.toList()) {
                state.put(
                        path,
                        Files.getLastModifiedTime(path)
                                + (Files.isDirectory(path)
                                        ? ""
                                        : " "
                                                + ByteBuffer.wrap(Files.readAllBytes(path))
                                                        .hashCode()));
            }
        }
        return state;
    }

    @Test
    void list_besideARunningAgent_tellsWhatIsThereAndChangesNothing() throws IOException {
        SpoolStore store = filled();
        SpoolRun logs = store.runs().get(0);
        store.ack(logs, 20);
        store.saveAcks();
        store.noteGap(logs, 1, new Stored.Gap(41, 45, 12, "full"));

        assertThat(tool("list", directory.toString())).isZero();
        String first = said();
        assertThat(tool("list", directory.toString())).isZero();

        assertThat(said()).as("the lock is still held").isEqualTo(first);
        assertThat(first)
                .contains("slot-0  ")
                .contains("stream " + logs.streamId() + "  epoch 2")
                .contains("  logs-2\n    epoch 1  ")
                .containsPattern("records 2[0-9]  bytes [0-9]+  batches [0-9]+-40  acked 20")
                .contains("  metrics-1\n    epoch 2  ")
                .contains("  gap  logs-2  epoch 1  batches 41-45  records 12  full");
        if (Files.isReadable(Path.of("/proc/locks"))) {
            assertThat(first)
                    .contains("locked by process " + ProcessHandle.current().pid());
        }
        store.close();
        Map<Path, String> before = state(); // reading LOCK here would drop the lock, so only now
        for (String what : List.of("list", "verify", "dump")) {
            assertThat(tool(what, directory.toString())).isZero();
        }
        assertThat(state()).isEqualTo(before);
        tool("list", directory.toString());
        if (Files.isReadable(Path.of("/proc/locks"))) {
            assertThat(said()).contains("slot-0  free");
        }
    }

    @Test
    void verify_ofASpoolThatIsRight_saysSo() throws IOException {
        SpoolStore store = filled();
        assertThat(tool("verify", directory.toString())).isZero();
        assertThat(said()).contains("41 frames are right");
        assertThat(complained()).isEmpty();
        store.close();
    }

    @Test
    void verify_ofDamage_saysWhereAndExitsWithOne() throws IOException {
        filled().close();
        List<Path> segments = segments();
        flip(segments.get(0), 64 + 60); // a body
        flip(segments.get(1), 64 + 3); // a frame's header
        flip(segments.get(2), 20); // a segment's header

        assertThat(tool("verify", directory.toString())).isEqualTo(1);
        assertThat(said()).contains("39 frames are right");
        assertThat(complained())
                .contains(segments.get(0) + ": 1 damaged frames, the first is batch 1\n")
                .contains(segments.get(1) + ": holds bytes that are no frames\n")
                .contains(segments.get(2) + ": the header is damaged\n");
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[at] ^= 1;
        Files.write(file, content);
    }

    @Test
    void dump_ofLogsAndMetrics_givesALineOfJsonForEach() throws IOException {
        SpoolStore store = filled();
        assertThat(tool("dump", directory.toString())).isZero();
        List<Map<String, Object>> lines = said().lines().map(StrictJson::object).toList();

        assertThat(lines).hasSize(42);
        assertThat(lines.get(0))
                .containsEntry("slot", "slot-0")
                .containsEntry("chain", "logs-2")
                .containsEntry("stream", store.runs().get(0).streamId().toString())
                .containsEntry("epoch", 1L)
                .containsEntry("sequence", 1L)
                .containsEntry("severity", "INFO");
        assertThat(lines.get(39))
                .containsEntry("sequence", 40L)
                .containsEntry("time", "1970-01-01T00:00:01.234567890Z")
                .containsEntry("severity", "ERROR")
                .containsEntry("body", "a \"quoted\" line\nand é \uD83D\uDE00 \u2028")
                .containsEntry("traceId", "0af7651916cd43dd8448eb211c80319c")
                .containsEntry("spanId", "b7ad6b7169203331")
                .containsEntry("attributes", Map.of("text", "x", "number", Long.MIN_VALUE, "part", 0.5, "yes", true));
        assertThat(lines.get(40)).containsEntry("body", "second");
        assertThat(lines.get(41))
                .containsEntry("chain", "metrics-1")
                .containsEntry("name", "a.b")
                .containsEntry("kind", "GAUGE")
                .containsEntry("value", 2.5)
                .containsEntry("attributes", Map.of("cpu", "0"));
        store.close();
    }

    @Test
    void dump_ofOneChainOrEpoch_givesThatOnly() throws IOException {
        filled().close();
        assertThat(tool("dump", directory.toString(), "--chain", "metrics-1")).isZero();
        assertThat(said().lines()).hasSize(1);
        assertThat(tool("dump", directory.toString(), "--epoch", "1")).isZero();
        assertThat(said().lines()).hasSize(41);
        assertThat(tool("dump", directory.toString(), "--epoch", "1", "--chain", "metrics-1"))
                .isZero();
        assertThat(said()).isEmpty();
    }

    @Test
    void dump_ofBodiesThatCannotBeDecoded_goesOnWithTheNext() throws IOException {
        SpoolStore store = open();
        SpoolRun run = store.startRun(LOGS);
        LogRecord log = LogRecord.of(Severity.INFO, "good", NONE);
        append(store, run, 1, FrameType.LOGS, 0, new byte[] {1, 2, 3});
        append(store, run, 2, FrameType.LOGS, 1, logs(log)); // says gzip, and is not
        append(store, run, 3, FrameType.LOGS, 99, logs(log));
        append(store, run, 4, FrameType.METRICS, 0, new byte[] {18, 127});
        append(store, run, 5, FrameType.LOGS, 1, gzip(new byte[(64 << 20) + 1]));
        append(store, run, 6, FrameType.LOGS, 0, logs(log));
        store.close();

        assertThat(tool("dump", directory.toString())).isEqualTo(1);
        assertThat(said().lines().map(StrictJson::object))
                .singleElement()
                .satisfies(line -> assertThat(line).containsEntry("sequence", 6L));
        assertThat(complained().lines()).hasSize(5).allMatch(line -> line.contains("cannot be decoded"));
    }

    @Test
    void tool_onGarbage_survives() throws IOException {
        filled().close();
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 60; round++) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path path : all.filter(Files::isRegularFile).toList()) {
                    if (random.nextInt(3) == 0) {
                        byte[] garbage = Files.readAllBytes(path);
                        for (int i = random.nextInt(20); i > 0 && garbage.length > 0; i--) {
                            garbage[random.nextInt(garbage.length)] = (byte) random.nextInt();
                        }
                        Files.write(path, java.util.Arrays.copyOf(garbage, random.nextInt(garbage.length + 100)));
                    }
                }
            }
            for (String what : List.of("list", "verify", "dump")) {
                assertThat(tool(what, directory.toString())).isBetween(0, 2);
            }
        }
        assertThat(tool("verify", directory.toString())).isEqualTo(1);
    }

    @Test
    void tool_onForeignThings_passesThemOver() throws IOException {
        filled().close();
        Path slot = directory.resolve("slot-0");
        Files.createDirectories(slot.resolve("logs-2/0000000000000009-0000000000000001.seg"));
        Files.createDirectories(directory.resolve("slot-1/META"));
        Files.writeString(directory.resolve("slot-2"), "x");
        Files.writeString(slot.resolve("notes.txt"), "x");
        Files.createDirectories(slot.resolve("Other"));

        assertThat(tool("verify", directory.toString())).isEqualTo(2);
        assertThat(said()).contains("41 frames are right");
        assertThat(complained()).contains("cannot be read");
    }

    @Test
    void tool_calledWronglyOrOnNothing_exitsWithTwo() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "x");
        for (List<String> arguments : List.of(
                List.<String>of(),
                List.of("list"),
                List.of("wash", directory.toString()),
                List.of("list", directory.toString(), "--chain", "a"),
                List.of("dump", directory.toString(), "--epoch"),
                List.of("dump", directory.toString(), "--epoch", "x"),
                List.of("list", directory.resolve("none").toString()),
                List.of("verify", file.toString()),
                List.of("list", "\0"))) {
            assertThat(tool(arguments.toArray(String[]::new)))
                    .as("%s", arguments)
                    .isEqualTo(2);
            assertThat(complained()).isNotEmpty();
        }
        assertThat(tool("list", directory.toString()))
                .as("nothing is there yet")
                .isZero();
    }

    @Test
    void main_withNothingButOurClasses_works() throws Exception {
        SpoolStore store = filled();
        Path classes = Path.of(SpoolTool.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        for (String what : List.of("list", "verify", "dump")) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-cp",
                            classes.toString(),
                            SpoolTool.class.getName(),
                            what,
                            directory.toString())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
            tool(what, directory.toString());
            assertThat(output).isEqualTo(said());
        }
        store.close();
    }
}
