package dev.outpost.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs benchmarks by name, or all of them:
 *
 * <pre>
 *   mvn -q package -DskipTests -pl agent-benchmarks -am
 *   java -jar agent-benchmarks/target/benchmarks.jar throughput
 * </pre>
 *
 * <p>Each prints both sides, their ratio and whether the budget is met. They are programs and not tests: nothing fails because
 * a machine is slow.
 */
public final class Benchmarks {

    private static final List<String> ALL = List.of("publish", "throughput", "latency", "idle");

    private Benchmarks() {}

    public static void main(String[] names) throws Exception {
        List<String> asked = names.length == 0 ? ALL : List.of(names);
        if (!ALL.containsAll(asked)) {
            System.err.println("usage: benchmarks.jar [" + String.join("] [", ALL) + "]");
            System.exit(2);
        }
        System.out.println(Machine.describe());
        Path certificates = Files.createTempDirectory("outpost-benchmarks");
        try {
            Link.issue(certificates);
            Report report = new Report(System.out);
            for (String name : asked) {
                run(name, certificates, report);
            }
        } finally {
            delete(certificates);
        }
    }

    private static void run(String name, Path certificates, Report report) throws Exception {
        switch (name) {
            case "publish" -> new Publish(report).run();
            case "throughput" -> new Throughput(certificates, report).run();
            case "latency" -> new Latency(certificates, report).run();
            case "idle" -> new Idle(certificates, report).run();
            default -> throw new IllegalArgumentException(name);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
