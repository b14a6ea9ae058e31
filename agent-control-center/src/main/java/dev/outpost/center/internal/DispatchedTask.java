package dev.outpost.center.internal;

import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.CenterException;
import dev.outpost.center.TaskHandle;
import dev.outpost.center.store.TaskRecord;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A task given to an agent, as its handle. What is known of it is changed in its agent's {@link TaskTurn} only. */
final class DispatchedTask implements TaskHandle {

    private static final int MOST_STATUSES = 64;
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final TaskBook book;
    private final TaskRequest request;
    private final long number = NUMBERS.getAndIncrement();
    private final Deque<TaskStatus> statuses = new ArrayDeque<>(4);
    private final List<Consumer<TaskStatus>> watchers = new ArrayList<>(1);
    private final CompletableFuture<TaskStatus> outcome = new CompletableFuture<>();

    /** What the store has of it; null before it is stored. Belongs to the agent's turn. */
    @Nullable TaskRecord record;

    /** The connection that it was sent on last. Belongs to the agent's turn, as the next ones do. */
    @Nullable AgentSession sentOn;

    /** The number of the message that it was sent with there. */
    long sentAs;

    /** The number of the last message that cancels it there. */
    long cancelledAs;

    /** How often it was sent and cancelled there. */
    int timesSent;

    int timesCancelled;

    /** Whether the agent may have it from a connection before. */
    boolean sentBefore;

    DispatchedTask(TaskBook book, TaskRequest request) {
        this.book = book;
        this.request = request;
    }

    @Override
    public String agentId() {
        return book.agentId();
    }

    @Override
    public TaskRequest request() {
        return request;
    }

    @Override
    public List<TaskStatus> statuses() {
        synchronized (statuses) {
            return List.copyOf(statuses);
        }
    }

    @Override
    public Optional<TaskStatus> status() {
        synchronized (statuses) {
            return Optional.ofNullable(statuses.peekLast());
        }
    }

    @Override
    public void watch(Consumer<TaskStatus> watcher) {
        synchronized (statuses) {
            watchers.add(watcher);
            statuses.forEach(status -> book.callbacks().execute(() -> watcher.accept(status)));
        }
    }

    @Override
    public CompletableFuture<TaskStatus> outcome() {
        return outcome;
    }

    @Override
    public void cancel(String reason) {
        book.cancel(this, Objects.requireNonNull(reason, "reason"));
    }

    /** When the center itself ends it if it has not been sent; those without such a time are never asked. */
    Instant expiry() {
        return Objects.requireNonNull(request.notAfter(), "it does not expire");
    }

    /** Tells tasks that expire at one instant apart. */
    long number() {
        return number;
    }

    /** It stands as the store has it; in the book's turn, or before anybody else knows of it. */
    void restored(TaskRecord stored) {
        record = stored;
        sentBefore = stored.sent();
        if (stored.status() != null) {
            reported(stored.status());
        }
    }

    /** News of the task. */
    void reported(TaskStatus status) {
        synchronized (statuses) {
            statuses.add(status);
            if (statuses.size() > MOST_STATUSES) {
                statuses.remove();
            }
            watchers.forEach(watcher -> book.callbacks().execute(() -> watcher.accept(status)));
            if (status.state().isFinal()) {
                book.complete(() -> outcome.complete(status));
            }
        }
    }

    /** Nothing will be known of how it ends. */
    void fail(String why) {
        book.complete(() -> outcome.completeExceptionally(new CenterException(why)));
    }

    /** Nothing more will be known; without effect on one whose end is known, and only has to be told. */
    void centerClosed() {
        if (status().filter(last -> last.state().isFinal()).isEmpty()) {
            outcome.completeExceptionally(
                    new CenterException("the control center has closed; the task goes on at the agent"));
        }
    }
}
