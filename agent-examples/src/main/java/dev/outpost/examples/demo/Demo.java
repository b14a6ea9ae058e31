package dev.outpost.examples.demo;

import dev.outpost.agent.AgentState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The demonstration. Without arguments: both halves in one process for 30 seconds; in the middle the control center is
 * stopped and started again. Exit code 0 only if every record and task is accounted for.
 */
public final class Demo {

    private static final Duration TICK = Duration.ofMillis(500);
    private static final double DISPATCH_EVERY_SECONDS = 3;
    private static final double STOP_AT = 0.4;
    private static final double OUTAGE_SECONDS = 4;
    private static final double MOST_OVERTIME_SECONDS = 30;
    private static final Duration TASKS_MUST_END = Duration.ofSeconds(30);

    private final DemoOptions options;
    private final Path work;
    private final DemoEvents events = new DemoEvents();
    private final AgentCpu cpu = new AgentCpu();
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private @Nullable DemoCenter center;
    private @Nullable DemoAgent agent;
    private double nextDispatch = 1;
    private double outageEnds = -1;
    private boolean outageDone;

    private Demo(DemoOptions options, Path work) {
        this.options = options;
        this.work = work;
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        System.exit(run(args));
    }

    private static int run(String[] args) throws Exception {
        DemoOptions options;
        try {
            options = DemoOptions.parse(args);
        } catch (DemoOptions.UsageException e) {
            System.err.println(e.getMessage());
            System.err.println(DemoOptions.USAGE);
            return 2;
        }
        Path work = Files.createTempDirectory("outpost-demo-");
        try {
            return new Demo(options, work).run();
        } finally {
            deleteAll(work);
        }
    }

    private int run() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> endWith(ended), "demo-interrupt"));
        try {
            startHalves();
            DemoView view =
                    new DemoView(System.out, Boolean.getBoolean("outpost.demo.terminal"), events, agent, center);
            while (goesOn() && !interrupted.await(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
                tick();
                view.draw();
            }
            return finish(view);
        } finally {
            if (agent != null) {
                agent.close();
            }
            if (center != null) {
                center.close();
            }
            ended.countDown();
        }
    }

    /** Until its time is over; on a slow machine a little longer, so that the outage is seen from both sides. */
    private boolean goesOn() {
        Duration time = options.time();
        if (time == null) {
            return true;
        }
        double overtime = events.seconds() - time.toSeconds();
        boolean outageSeen = options.role() != DemoOptions.Role.BOTH || (outageDone && outageEnds < 0 && isOnline());
        return overtime < 0 || (!outageSeen && overtime < MOST_OVERTIME_SECONDS);
    }

    private boolean isOnline() {
        return agent != null && agent.snapshot().state() == AgentState.ONLINE;
    }

    /** On Ctrl-C: lets the run come to its end as if its time were over, but not for long. */
    private void endWith(CountDownLatch ended) {
        interrupted.countDown();
        try {
            if (!ended.await(20, TimeUnit.SECONDS)) {
                System.err.println("the demo did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void startHalves() throws IOException, InterruptedException {
        Path directory = options.keys() == null ? work.resolve("keys") : options.keys();
        DemoKeys keys =
                options.role() == DemoOptions.Role.AGENT ? DemoKeys.waitFor(directory) : DemoKeys.makeIn(directory);
        String address = options.address();
        if (options.role() != DemoOptions.Role.AGENT) {
            DemoCenter started = new DemoCenter(options.port(), keys.center(), options.tree(), events);
            started.start();
            center = started;
            address = "localhost:" + started.port();
        }
        if (options.role() != DemoOptions.Role.CENTER) {
            Path spool = options.spool() == null ? work.resolve("spool") : options.spool();
            DemoAgent started = new DemoAgent(address, keys.agent(), options.follow(), work, spool, events);
            started.start();
            agent = started;
        }
    }

    private void tick() throws IOException {
        cpu.total();
        double now = events.seconds();
        if (center != null && center.isUp() && now >= nextDispatch) {
            center.dispatchNext();
            nextDispatch = now + DISPATCH_EVERY_SECONDS;
        }
        if (options.role() == DemoOptions.Role.BOTH && center != null) {
            outage(center, now);
        }
    }

    /** Once in the middle of the run the control center goes away, with a task under way, and comes back. */
    private void outage(DemoCenter present, double now) throws IOException {
        Duration time = options.time();
        double stopAt = time == null ? 12 : time.toSeconds() * STOP_AT;
        if (!outageDone && now >= stopAt && isOnline()) {
            outageDone = true;
            present.dispatchNext();
            present.stop();
            outageEnds = now + OUTAGE_SECONDS;
        } else if (outageEnds > 0 && now >= outageEnds) {
            outageEnds = -1;
            present.start();
        }
    }

    private int finish(DemoView view) throws IOException, InterruptedException {
        if (center != null && !center.isUp()) {
            center.start();
        }
        if (agent == null) {
            return finishCenter(view);
        }
        awaitTasks(agent);
        boolean delivered = agent.finish();
        if (!delivered) {
            events.add("demo", "not everything was delivered in time");
        }
        agent.close();
        DemoReport report = new DemoReport(
                agent.snapshot(),
                agent.linesRead(),
                center == null ? 0 : center.unfinishedTasks(),
                agent.tasksRunTwice(),
                cpu.total(),
                DemoReport.peakHeap(),
                events.seconds());
        view.finish();
        report.print(System.out);
        if (options.json() != null) {
            report.writeJson(options.json());
        }
        return report.failures().isEmpty() ? 0 : 1;
    }

    private static int finishCenter(DemoView view) {
        view.draw();
        view.finish();
        return 0;
    }

    /** Waits until the control center knows the end of every task that it gave, and none is under way. */
    private void awaitTasks(DemoAgent running) throws InterruptedException {
        long end = System.nanoTime() + TASKS_MUST_END.toNanos();
        while (System.nanoTime() - end < 0
                && (running.snapshot().tasksRunning() > 0 || (center != null && center.unfinishedTasks() > 0))) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static void deleteAll(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot delete " + path, e);
            }
        }
    }
}
