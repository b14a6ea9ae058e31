package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.log.Logs;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.FailureRule;
import dev.outpost.agent.task.TaskContext;
import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One call of a handler, and what the handler sees of the agent during it. Runs on an executor's thread. */
final class AttemptRun implements TaskExecutor.Attempt, TaskContext {

    /** How far the handler says it is. */
    record Progress(double fraction, String message) {}

    private final TaskRequest request;
    private final int number;
    private final TypeLine line;
    private final int resultChars;
    private final Logs logs;
    private final Guard guard;
    private final BiConsumer<AttemptRun, TaskResult> ended;
    private final Predicate<AttemptRun> progressed;
    private final AtomicReference<@Nullable Progress> progress = new AtomicReference<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AgentClock clock;
    private volatile boolean cancelled;
    private volatile long lastSignNanos;

    AttemptRun(
            TaskRequest request,
            int number,
            TypeLine line,
            int resultChars,
            Logs logs,
            Guard guard,
            AgentClock clock,
            BiConsumer<AttemptRun, TaskResult> ended,
            Predicate<AttemptRun> progressed) {
        this.request = request;
        this.number = number;
        this.line = line;
        this.resultChars = resultChars;
        this.logs = logs;
        this.guard = guard;
        this.clock = clock;
        this.lastSignNanos = clock.nanoTime();
        this.ended = ended;
        this.progressed = progressed;
    }

    @Override
    public void run() {
        TaskResult result;
        try {
            TaskResult returned = line.handler.handle(request, this);
            result = returned == null ? TaskResult.failedForGood("the handler returned null") : returned;
        } catch (Throwable t) { // user code: any Error must be survived as well
            if (!cancelled) {
                guard.failed("handler " + request.type(), t);
            }
            result = judge(t);
        }
        over.set(true);
        ended.accept(this, ResultLimit.cut(result, resultChars));
    }

    private TaskResult judge(Throwable failure) {
        FailureRule rule = line.options.failures();
        TaskResult unjudged = TaskResult.failed(Guard.describe(failure));
        return rule == null
                ? unjudged
                : guard.call("failure rule " + request.type(), () -> rule.judge(failure, this), unjudged);
    }

    void cancel() {
        cancelled = true;
    }

    /** Nothing it says counts any more. */
    void abandon() {
        cancelled = true;
        over.set(true);
    }

    @Nullable Progress takeProgress() {
        return progress.getAndSet(null);
    }

    /** When it has last given a sign of life, monotonic. */
    long lastSignNanos() {
        return lastSignNanos;
    }

    @Override
    public TaskRequest task() {
        return request;
    }

    @Override
    public int attempt() {
        return number;
    }

    @Override
    public boolean cancelled() {
        return cancelled;
    }

    @Override
    public void progress(double fraction, String message) {
        Objects.requireNonNull(message, "message");
        alive();
        double cut = fraction > 0 ? Math.min(1, fraction) : 0; // NaN too becomes 0
        if (!over.get() && progress.getAndSet(new Progress(cut, message)) == null && !progressed.test(this)) {
            progress.set(null); // nobody was told, so nobody will take it: the next one tries again
        }
    }

    @Override
    public void alive() {
        lastSignNanos = clock.nanoTime();
    }

    @Override
    public Logs logs() {
        return logs;
    }
}
