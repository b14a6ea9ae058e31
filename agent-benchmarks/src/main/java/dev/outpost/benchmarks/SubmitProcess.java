package dev.outpost.benchmarks;

import dev.outpost.agent.Agent;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Hands trivial tasks to an agent of this JVM without a control center, or to a thread pool; so many at once. */
final class SubmitProcess {

    static final String OUTPOST = "outpost";
    static final String EXECUTOR = "executor";

    /** What waits at most on either side: an agent's default. */
    private static final int QUEUE = 1_000;

    private final CallLoad load = new CallLoad();
    private final Semaphore free = new Semaphore(CallLoad.IN_FLIGHT);

    private SubmitProcess() {}

    /** Begins a task; the future ends with it. */
    @FunctionalInterface
    private interface Side {
        CompletableFuture<?> submit();
    }

    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        SubmitProcess submits = new SubmitProcess();
        if (arguments[0].equals(OUTPOST)) {
            submits.outpost();
        } else {
            submits.executor();
        }
    }

    private void outpost() throws InterruptedException {
        Agent agent = Agent.builder()
                .id(Link.AGENT)
                .logSink("nowhere", batch -> CompletableFuture.completedFuture(null))
                .task("echo", (task, context) -> TaskResult.succeeded(task.arguments()))
                .taskWorkers(ScheduledJobs.WORKERS)
                .taskQueueCapacity(QUEUE)
                .shutdownTimeout(Duration.ZERO)
                .build();
        try (agent) {
            agent.start();
            measure(() -> agent.submit(TaskRequest.of("echo").argument("x", "1").build())
                    .thenAccept(status -> {
                        if (status.state() != TaskState.SUCCEEDED) {
                            System.err.println("ended as " + status);
                            Runtime.getRuntime().halt(1);
                        }
                    }));
        }
    }

    private void executor() throws InterruptedException {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                ScheduledJobs.WORKERS, ScheduledJobs.WORKERS, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(QUEUE));
        measure(() -> {
            CompletableFuture<String> future = new CompletableFuture<>();
            pool.execute(() -> future.complete("1"));
            return future;
        });
        pool.shutdownNow();
    }

    private void measure(Side side) throws InterruptedException {
        Thread host = new Thread(() -> submitUntilOver(side), "host");
        host.setDaemon(true);
        host.start();
        load.measure();
        host.join(TimeUnit.SECONDS.toMillis(5));
    }

    private void submitUntilOver(Side side) {
        while (!load.over()) {
            free.acquireUninterruptibly();
            long start = System.nanoTime();
            var unused = side.submit().whenComplete((result, failure) -> {
                load.ended(System.nanoTime() - start);
                free.release();
            });
        }
    }
}
