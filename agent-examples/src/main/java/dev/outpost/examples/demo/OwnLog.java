package dev.outpost.examples.demo;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A program that writes a log: what this JVM is doing, many times a second. The agent follows the file. */
final class OwnLog implements AutoCloseable {

    private static final int LINES_PER_TICK = 10;
    private static final long TICK_MILLIS = 50;

    private final BufferedWriter out;
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(body -> {
        Thread thread = new Thread(body, "demo-log-writer");
        thread.setDaemon(true);
        return thread;
    });
    private long line;

    OwnLog(Path file) throws IOException {
        out = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        var unused = ticker.scheduleAtFixedRate(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        try {
            for (int i = 0; i < LINES_PER_TICK; i++) {
                out.write(line());
                out.newLine();
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the demo's own log cannot be written", e);
        }
    }

    private String line() {
        line++;
        String level = line % 500 == 0 ? "ERROR" : line % 50 == 0 ? "WARN" : "INFO";
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        int threads = ManagementFactory.getThreadMXBean().getThreadCount();
        return String.format(
                Locale.ROOT, "%s %-5s line=%d heap.used=%d threads=%d", Instant.now(), level, line, heap, threads);
    }

    @Override
    public void close() throws IOException {
        ticker.shutdown();
        try {
            if (!ticker.awaitTermination(5, TimeUnit.SECONDS)) {
                ticker.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        out.close();
    }
}
