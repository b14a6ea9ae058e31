package dev.outpost.benchmarks;

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

    private static final List<String> ALL = List.of(
            "publish",
            "throughput",
            "peers",
            "latency",
            "spool",
            "replay",
            "stages",
            "idle",
            "start",
            "fleet",
            "storm",
            "stall",
            "websocket",
            "cron",
            "timers",
            "schedules",
            "tasks");

    private Benchmarks() {}

    public static void main(String[] arguments) throws Exception {
        List<String> names = Stream.of(arguments)
                .filter(argument -> argument.indexOf('=') < 0)
                .toList();
        List<String> asked = names.isEmpty() ? ALL : names;
        Options options = Options.NONE;
        try {
            options = Options.of(arguments);
            if (!ALL.containsAll(asked)) {
                throw new IllegalArgumentException("no benchmark of the name of one of " + asked);
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println("usage: benchmarks.jar [" + String.join("] [", ALL) + "] [option=value]");
            System.exit(2);
        }
        System.out.println(Machine.describe());
        Path certificates = Files.createTempDirectory("outpost-benchmarks");
        try {
            Link.issue(certificates);
            Report report = new Report(System.out);
            for (String name : asked) {
                run(name, certificates, report, options);
            }
        } finally {
            Directories.delete(certificates);
        }
    }

    private static void run(String name, Path certificates, Report report, Options options) throws Exception {
        switch (name) {
            case "publish" -> new Publish(report).run();
            case "throughput" -> new Throughput(certificates, report).run();
            case "peers" -> new Peers(certificates, report).run();
            case "spool" -> new Spooling(certificates, report, options).run();
            case "replay" -> new Replay(certificates, report, options).run();
            case "stages" -> new Stages(certificates, report, options).run();
            case "latency" -> new Latency(certificates, report, options).run();
            case "fleet" -> new Fleet(certificates, report, options).run();
            case "stall" -> new Stall(certificates, report, options).run();
            case "websocket" -> new WebSockets(certificates, report).run();
            case "storm" -> new Storm(certificates, report, options).run();
            case "cron" -> new Cron(report).run();
            case "timers" -> new TimerCosts(report, options).run();
            case "schedules" -> new Schedules(report, options).run();
            case "tasks" -> new Tasks(certificates, report, options).run();
            case "idle" -> new Idle(certificates, report).run();
            case "start" -> new Start(certificates, report).run();
            default -> throw new IllegalArgumentException(name);
        }
    }
}
