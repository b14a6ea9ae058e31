package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.agent.testkit.InMemoryNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handlers that behave badly and crowds of tasks: each with an outcome that says what happened, and the agent goes on. */
@Timeout(120)
class DifficultHandlersTest {

    private final InMemoryNetwork network = new InMemoryNetwork();
    private final CountDownLatch testIsOver = new CountDownLatch(1);
    private final ControlCenter center =
            ControlCenter.builder().endpoint(network.newServer()).build();
    private Agent agent;

    @AfterEach
    void closeAll() {
        testIsOver.countDown();
        if (agent != null) {
            agent.close();
        }
        center.close();
        network.close();
    }

    private AgentBuilder builder() {
        return Agent.builder()
                .id("a-1")
                .transport(network.newTransport())
                .taskRetry(RetryPolicy.NONE)
                .cancelGrace(Duration.ofMillis(50))
                .task("well", (task, context) -> TaskResult.succeeded());
    }

    private void start(AgentBuilder builder) throws Exception {
        center.start();
        agent = builder.build();
        agent.start();
        Await.until("connected", () -> center.agent("a-1").isPresent());
    }

    private TaskStatus run(String type) throws Exception {
        TaskRequest request =
                TaskRequest.of(type).attemptTimeout(Duration.ofSeconds(30)).build();
        return center.dispatch("a-1", request).outcome().get(60, TimeUnit.SECONDS);
    }

    private void assertGoesOn() throws Exception {
        assertThat(run("well").state()).isEqualTo(TaskState.SUCCEEDED);
    }

    @Test
    void ignoresInterrupts_isGivenUpCountedAndReplaced() throws Exception {
        start(builder()
                .taskWorkers(1)
                .taskAttemptTimeout(Duration.ofMillis(100))
                .task("deaf", (task, context) -> {
                    boolean over = false;
                    while (!over) {
                        try {
                            testIsOver.await();
                            over = true;
                        } catch (InterruptedException e) {
                            over = false; // on purpose
                        }
                    }
                    return TaskResult.succeeded();
                }));

        TaskStatus end =
                center.dispatch("a-1", TaskRequest.of("deaf").build()).outcome().get(30, TimeUnit.SECONDS);
        assertThat(end.state()).isEqualTo(TaskState.TIMED_OUT);
        assertThat(end.detail()).contains("ignored the interrupt");
        assertThat(agent.snapshot().counter("task.threads.leaked")).isEqualTo(1);
        assertGoesOn();
    }

    @Test
    void floodsItsLog_isCutOffAndCounted() throws Exception {
        start(builder().taskLogLimit(1_000).task("loud", (task, context) -> {
            for (int i = 0; i < 200_000; i++) {
                context.logs().publish(Severity.ERROR, "line " + i);
            }
            return TaskResult.succeeded();
        }));

        assertThat(run("loud").state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(agent.snapshot().counter("task.logs.dropped{attempt_limit}")).isEqualTo(199_000);
        assertGoesOn();
    }

    @Test
    void returnsFarTooMuch_isCutAndSaysBothEnds() throws Exception {
        // The same 4 MiB under 256 names: 1 GiB to whoever copies it.
        String much = "begin " + "x".repeat(4 << 20) + " end";
        start(builder().taskResultLimit(10_000).task("rich", (task, context) -> {
            Map<String, String> output = new LinkedHashMap<>();
            for (int i = 0; i < 256; i++) {
                output.put("k" + i, much);
            }
            return TaskResult.succeeded(output);
        }));

        TaskStatus end = run("rich");
        assertThat(end.state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(end.output().get("k0"))
                .startsWith("begin x")
                .endsWith("x end")
                .hasSizeLessThanOrEqualTo(10_000);
        assertThat(Long.parseLong(end.output().get("outpost.truncated_chars"))).isGreaterThan(1_000_000_000L);
        assertGoesOn();
    }

    @Test
    void throwsAnErrorWithoutEnd_isReportedInShort() throws Exception {
        start(builder().task("verbose", (task, context) -> {
            throw new StackOverflowError("x".repeat(1 << 20));
        }));

        TaskStatus end = run("verbose");
        assertThat(end.state()).isEqualTo(TaskState.FAILED);
        assertThat(end.detail()).startsWith("java.lang.StackOverflowError: xxx").hasSizeLessThan(5_000);
        assertGoesOn();
    }

    @Test
    void startsThreads_areTheirsAndHoldNobodyUp() throws Exception {
        start(builder().taskWorkers(1).task("fertile", (task, context) -> {
            for (int i = 0; i < 50; i++) {
                Thread thread = new Thread(() -> awaitEnd(), "child-" + i);
                thread.setDaemon(true);
                thread.start();
            }
            return TaskResult.succeeded();
        }));

        assertThat(run("fertile").state()).isEqualTo(TaskState.SUCCEEDED);
        assertGoesOn();
        agent.close();
        assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
                .as("the agent's own threads are gone, the handler's go on")
                .noneMatch(name -> name.startsWith("outpost-task"))
                .anyMatch(name -> name.startsWith("child-"));
    }

    private void awaitEnd() {
        try {
            testIsOver.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void queueFull_furtherOnesAreRefusedWithWhenToTryAgain() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        start(builder().taskWorkers(1).taskQueueCapacity(5).task("slow", (task, context) -> {
            go.await();
            return TaskResult.succeeded();
        }));
        List<TaskHandle> handles = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            handles.add(center.dispatch("a-1", TaskRequest.of("slow").build()));
        }
        Await.until("refusals", () -> ended(handles, TaskState.REFUSED) == 14);
        handles.stream().filter(handle -> handle.outcome().isDone()).forEach(handle -> {
            TaskStatus refused = handle.outcome().join();
            assertThat(refused.detail()).contains("busy");
            assertThat(refused.retryAfter()).isPositive();
        });
        go.countDown();

        Await.until("the rest", () -> ended(handles, TaskState.SUCCEEDED) == 6);
    }

    private static long ended(List<TaskHandle> handles, TaskState state) {
        return handles.stream()
                .filter(handle -> handle.outcome().isDone())
                .filter(handle -> handle.outcome().join().state() == state)
                .count();
    }

    @Test
    void hundredThousandDispatchesAtOnce_eachHasAnOutcome() throws Exception {
        start(builder());
        Map<TaskState, Integer> outcomes = new EnumMap<>(TaskState.class);
        List<TaskHandle> handles = new ArrayList<>();
        int notTaken = 0;
        for (int i = 0; i < 100_000; i++) {
            try {
                handles.add(center.dispatch("a-1", TaskRequest.of("well").build()));
            } catch (CenterException e) {
                assertThat(e).hasMessageContaining("tasks that have not ended");
                notTaken++;
            }
        }
        for (TaskHandle handle : handles) {
            outcomes.merge(handle.outcome().get(60, TimeUnit.SECONDS).state(), 1, Integer::sum);
        }
        assertThat(outcomes.keySet()).isSubsetOf(TaskState.SUCCEEDED, TaskState.REFUSED);
        assertThat(handles.size() + notTaken).isEqualTo(100_000);
        assertThat(outcomes.get(TaskState.SUCCEEDED)).isPositive();
        assertGoesOn();
    }
}
