package dev.outpost.examples.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A control center in Node, a process of its own. All lives of one journal count as one center. */
final class NodeCenter implements AutoCloseable {

    private static final Path SCRIPTS = Path.of("src", "test", "node");
    private static final long PATIENCE_SECONDS = 30;

    private final String script;
    private final Path journal;
    private Process process;
    private int port;

    private NodeCenter(String script, Path journal) {
        this.script = script;
        this.journal = journal;
    }

    /** One that listens; skips the test when there is nothing to run it with, unless that is required. */
    static NodeCenter start(String script, Path directory) throws IOException, InterruptedException {
        String missing = missing();
        if (Boolean.getBoolean("outpost.node.required")) {
            assertThat(missing).isEmpty();
        }
        assumeTrue(missing.isEmpty(), missing);
        NodeCenter center = new NodeCenter(script, directory.resolve("journal.jsonl"));
        center.startAnew();
        return center;
    }

    private static String missing() throws InterruptedException {
        try {
            Process version = new ProcessBuilder("node", "--version")
                    .redirectErrorStream(true)
                    .start();
            version.getInputStream().readAllBytes();
            if (version.waitFor() != 0) {
                return "node does not work";
            }
        } catch (IOException e) {
            return "there is no node here: " + e.getMessage();
        }
        List<String> packages = List.of("@grpc/grpc-js", "@grpc/proto-loader", "ws");
        return packages.stream()
                .filter(each ->
                        !Files.isDirectory(SCRIPTS.resolve("node_modules").resolve(each)))
                .findFirst()
                .map(each -> "the package " + each + " is missing: run npm install in agent-examples/" + SCRIPTS)
                .orElse("");
    }

    /** Another life, on the same port. */
    void startAnew() throws IOException {
        int lives = events("listening").size();
        process = new ProcessBuilder(
                        "node", SCRIPTS.resolve(script).toString(), journal.toString(), Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
                .start();
        await("it listens", () -> events("listening").size() > lives);
        port = Integer.parseInt(events("listening").get(lives).get("port").toString());
    }

    private Path output() {
        return journal.resolveSibling("output.txt");
    }

    int port() {
        return port;
    }

    /** As {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    /** What it has noted of that kind, in all of its lives, oldest first. */
    List<Map<String, Object>> events(String kind) {
        try {
            List<Map<String, Object>> found = new ArrayList<>();
            String all = Files.exists(journal) ? Files.readString(journal, StandardCharsets.UTF_8) : "";
            for (String line :
                    all.substring(0, all.lastIndexOf('\n') + 1).lines().toList()) {
                Map<String, Object> event = JsonLine.parse(line);
                if (kind.equals(event.get("event"))) {
                    found.add(event);
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until {@code condition}. */
    void await(String what, BooleanSupplier condition) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + PATIENCE_SECONDS + " s: " + what + "; the center said\n"
                        + (Files.exists(output()) ? Files.readString(output(), StandardCharsets.UTF_8) : "nothing"));
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
