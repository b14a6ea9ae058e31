package dev.outpost.agent.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.LogSink;
import dev.outpost.agent.log.NotDurableException;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.spool.Spool;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole agents with a spool and a sink that comes and goes. */
@Timeout(60)
class SpooledAgentTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    @Test
    void close_sinkAway_keepsWhatWasPublishedForTheNextStart() throws Exception {
        Agent first = builder("a", new Away()).build();
        first.start();
        publish(first, 0, 500);
        first.close();

        LaneSnapshot left = first.snapshot().lane("logs/kept");
        assertThat(left).isEqualTo(new LaneSnapshot("logs/kept", 500, 0, 0, 500, 0, left.dropped()));
        Collecting sink = new Collecting();
        try (Agent second = builder("a", sink).build()) {
            second.start();
            assertThat(sink.await(500)).containsExactlyElementsOf(bodies(0, 500));
            awaitDelivered(second, 500);
            assertThat(second.snapshot().lane("logs/kept"))
                    .isEqualTo(new LaneSnapshot("logs/kept", 0, 500, 500, 0, 0, left.dropped()));
        }
        assertThat(segments()).as("nothing is left").isEmpty();
    }

    @Test
    void publishDurable_sinkAway_completesOnceItIsOnDisk() throws Exception {
        try (Agent agent = builder("a", new Away()).build()) {
            agent.start();

            agent.logs().publishDurable(record("kept")).get(20, TimeUnit.SECONDS);

            assertThat(agent.snapshot().lane("logs/kept").spooled()).isEqualTo(1);
        }
    }

    @Test
    void publishDurable_sinkTakesIt_completesByItsAnswer() throws Exception {
        Collecting sink = new Collecting();
        try (Agent agent = builder("a", sink).build()) {
            agent.start();

            agent.logs().publishDurable(record("taken")).get(20, TimeUnit.SECONDS);

            assertThat(sink.await(1)).containsExactly("taken");
        }
    }

    @Test
    void publishDurable_neitherDiskNorSink_failsFast() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Agent agent = Agent.builder()
                .id("a")
                .spool(Spool.in(file))
                .logSink("kept", new Away())
                .shutdownTimeout(Duration.ofSeconds(1))
                .build();
        try (agent) {
            agent.start();
            publish(agent, 0, 1);

            assertThatThrownBy(() -> {
                        while (true) { // the sink may be asked first, and be found away
                            agent.logs().publishDurable(record("lost")).get(20, TimeUnit.SECONDS);
                        }
                    })
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(NotDurableException.class)
                    .hasMessageContaining("spool_failed");
            assertThat(agent.flush(Duration.ofMillis(10))).isFalse();
        }
    }

    @Test
    void close_diskHangs_endsInItsTimeAndSaysWhatWasLost() throws Exception {
        Path slot = Files.createDirectories(directory.resolve("spool").resolve("slot-0"));
        Path hanging = slot.resolve("META"); // a pipe: whoever opens it to read waits for somebody who writes
        assumeThat(new ProcessBuilder("mkfifo", hanging.toString()).start().waitFor())
                .isZero();
        Agent agent = Agent.builder()
                .id("a")
                .spool(Spool.in(directory.resolve("spool")))
                .logSink("kept", new Away())
                .shutdownTimeout(Duration.ofMillis(500))
                .build();
        try {
            agent.start();
            publish(agent, 0, 50);

            agent.close();

            assertThat(agent.state()).isEqualTo(AgentState.CLOSED);
            assertThat(agent.snapshot().lane("logs/kept").dropped()).isEqualTo(Map.of("closed", 50L));
        } finally {
            OutputStream end = Files.newOutputStream(hanging); // or its thread would wait on
            Files.delete(hanging); // and again, if it looked a second time
            end.close();
            awaitEndOfDisks(); // what it still writes must not meet the removal of the directory
        }
    }

    @Test
    void start_twoAgentsOnOneDirectory_keepApartAndAdoptWhatIsLeft() throws Exception {
        Collecting sink = new Collecting();
        Agent first = builder("a", new Away()).build();
        Agent second = builder("b", new Away()).build();
        first.start();
        second.start();
        publish(first, 0, 200);
        publish(second, 200, 400);
        first.close();
        second.close();

        try (Agent third = builder("c", sink).build()) {
            third.start();
            assertThat(sink.await(400)).containsExactlyInAnyOrderElementsOf(bodies(0, 400));
            awaitDelivered(third, 400);
        }
        assertThat(segments()).isEmpty();
    }

    @Test
    void close_diskWithoutAnythingToDo_leavesNoThread() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        Agent agent = builder("a", new Collecting()).build();
        agent.start();
        publish(agent, 0, 10);
        agent.close();

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !before.contains(thread))
                .extracting(Thread::getName)
                .doesNotContain("outpost-disk", "outpost-control", "outpost-telemetry");
    }

    private AgentBuilder builder(String id, LogSink sink) {
        return Agent.builder()
                .id(id)
                .spool(Spool.in(directory.resolve("spool"))
                        .keepFreeBytes(0)
                        .spillAfter(Duration.ofMillis(50))
                        .replaySpread(Duration.ZERO))
                .batchInterval(Duration.ofMillis(100))
                .logSink("kept", sink)
                .shutdownTimeout(Duration.ofSeconds(8));
    }

    private static LogRecord record(String body) {
        return LogRecord.of(Severity.INFO, body, Attributes.empty());
    }

    private static void publish(Agent agent, int from, int to) {
        for (int i = from; i < to; i++) {
            assertThat(agent.logs().publish(record("record " + i))).isTrue();
        }
    }

    private static List<String> bodies(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "record " + i).toList();
    }

    private static void awaitDelivered(Agent agent, long records) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        LaneSnapshot lane = agent.snapshot().lane("logs/kept");
        while (lane.delivered() < records) {
            assertThat(System.nanoTime() - end)
                    .as("%s records are not delivered within %s: %s", records, PATIENCE, lane)
                    .isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            lane = agent.snapshot().lane("logs/kept");
        }
    }

    private static void awaitEndOfDisks() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("outpost-disk")) {
                thread.join(PATIENCE.toMillis());
            }
        }
    }

    private List<Path> segments() throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".seg")).toList();
        }
    }

    /** A destination that cannot be reached. */
    private static final class Away implements LogSink {
        @Override
        public CompletionStage<?> send(LogBatch batch) {
            return CompletableFuture.failedStage(new IOException("no route to host"));
        }
    }

    /** A destination that takes everything. */
    private static final class Collecting implements LogSink {
        private final LinkedBlockingQueue<String> bodies = new LinkedBlockingQueue<>();

        @Override
        public CompletionStage<?> send(LogBatch batch) {
            batch.records().forEach(record -> bodies.add(record.body()));
            return CompletableFuture.completedStage(null);
        }

        List<String> await(int count) throws InterruptedException {
            List<String> taken = new ArrayList<>();
            while (taken.size() < count) {
                String body = bodies.poll(20, TimeUnit.SECONDS);
                assertThat(body).as("after %d records", taken.size()).isNotNull();
                taken.add(body);
            }
            return taken;
        }
    }
}
