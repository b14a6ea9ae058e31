package dev.outpost.benchmarks;

import dev.outpost.benchmarks.Link.Security;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The time from the start of a JVM until the control center has its first heartbeat, with mutual TLS. Beside it a bare gRPC client from
 * its start until a bare server has its second message, which it sends when the first was answered.
 *
 * <p>Each once as it is, and once with an archive of the classes that a run before has loaded, as {@code java} makes it. The sides take
 * turns; the servers live through all runs.
 */
final class Start {

    private static final int RUNS = 15;
    private static final int AOT_CACHE_SINCE = 25;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Budget OF_RAW = Budget.atMost(1.3);

    private final Path certificates;
    private final Report report;

    Start(Path certificates, Report report) {
        this.certificates = certificates;
        this.report = report;
    }

    void run() throws IOException, InterruptedException {
        Link link = new Link(Security.MTLS, certificates);
        try (ChildJvm server = ChildJvm.start(StartRawServerProcess.class, link.spec(), link.certificates());
                ChildJvm center = ChildJvm.start(StartCenterProcess.class, link.spec(), link.certificates())) {
            String rawPort = server.await("port", PATIENCE);
            String centerPort = center.await("port", PATIENCE);
            List<Side> sides = List.of(
                    new Side("raw gRPC", server, StartRawProcess.class, link, rawPort),
                    new Side("agent", center, StartAgentProcess.class, link, centerPort),
                    new Side("agent that measures", center, StartAgentProcess.class, link, centerPort, "measures"));
            report.title("start: until the first heartbeat, MTLS, milliseconds");
            compare(sides);
            report.title("start: the same with archived classes");
            for (Side side : sides) {
                side.archive(certificates);
            }
            compare(sides);
        }
    }

    private void compare(List<Side> sides) throws IOException, InterruptedException {
        for (Side side : sides) {
            side.run(); // warms up its server
            side.millis.clear();
        }
        for (int run = 0; run < RUNS; run++) {
            for (Side side : sides) {
                side.run();
            }
        }
        for (Side side : sides) {
            Collections.sort(side.millis);
            report.side(
                    side.name,
                    Report.number(side.median()) + " (" + Report.number(side.millis.get(0)) + " to "
                            + Report.number(side.millis.get(RUNS - 1)) + ")");
        }
        for (Side side : sides.subList(1, sides.size())) {
            report.verdict(side.name + " / raw", side.median() / sides.get(0).median(), OF_RAW);
        }
    }

    /** A client that is started again and again, and the server that it comes to. */
    private static final class Side {

        private final String name;
        private final ChildJvm server;
        private final Class<?> main;
        private final Object[] arguments;
        private final List<String> options = new ArrayList<>(List.of(ChildJvm.HEAP));
        private final List<Double> millis = new ArrayList<>();

        Side(String name, ChildJvm server, Class<?> main, Link link, Object... arguments) {
            this.name = name;
            this.server = server;
            this.main = main;
            List<Object> all = new ArrayList<>(List.of(link.spec(), link.certificates()));
            all.addAll(List.of(arguments));
            this.arguments = all.toArray();
        }

        void run() throws IOException, InterruptedException {
            long start = System.nanoTime();
            try (ChildJvm client = ChildJvm.start(options, main, arguments)) {
                server.await("accepted", PATIENCE);
                millis.add((System.nanoTime() - start) / 1e6);
                client.await("done", PATIENCE);
            }
        }

        /** Of sorted figures. */
        double median() {
            return millis.get(millis.size() / 2);
        }

        /** Has later runs take their classes from an archive, and makes it. */
        void archive(Path directory) throws IOException, InterruptedException {
            boolean aot = Runtime.version().feature() >= AOT_CACHE_SINCE;
            Path archive = directory.resolve(name.replace(' ', '-') + ".archive");
            List<String> training = new ArrayList<>(options);
            training.add((aot ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + archive);
            training.add("-Xlog:disable"); // what cannot be archived
            try (ChildJvm client = ChildJvm.start(training, main, arguments)) {
                server.await("accepted", PATIENCE);
                client.await("done", PATIENCE);
                client.end(PATIENCE);
            }
            options.add((aot ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + archive);
        }
    }
}
