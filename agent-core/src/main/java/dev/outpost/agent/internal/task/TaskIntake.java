package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.ClosePolicy;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The way of a request to its acceptance or refusal. Control loop only. */
final class TaskIntake {

    private static final Duration BUSY_RETRY = Duration.ofSeconds(5);

    /** Callers who may wait for room; mostly each is a thread of the host, but those in callbacks are none. */
    private static final int MOST_PATIENT = 1_024;

    private final TaskSettings settings;
    private final TaskTypes types;
    private final TaskTable table;
    private final Journal journal;
    private final TaskMemory memory;
    private final TaskReporter reporter;
    private final TaskFlow flow;
    private final Timers timers;
    private final AgentClock clock;
    private final Counters counters;

    /** What came before it was known what the journal remembers. */
    private final List<Runnable> early = new ArrayList<>();

    private long earlyChars;

    /** Tasks of which the journal does not say whether it has them. */
    private final List<Unconfirmed> unconfirmed = new ArrayList<>();

    private record Unconfirmed(Task task, TaskStatus accepted) {}

    /** Callers who wait for room. */
    private final Set<Patient> forRoom = new LinkedHashSet<>();

    private static final class Patient {

        private final TaskRequest request;
        private final Runnable submission;
        private Timers.@Nullable Timer tooLong;

        Patient(TaskRequest request, Runnable submission) {
            this.request = request;
            this.submission = submission;
        }
    }

    private boolean letsIn;
    private boolean recovered;
    private boolean closing;

    TaskIntake(
            TaskSettings settings,
            TaskTypes types,
            TaskTable table,
            Journal journal,
            TaskMemory memory,
            TaskReporter reporter,
            TaskFlow flow,
            Timers timers,
            AgentClock clock,
            Counters counters) {
        this.settings = settings;
        this.types = types;
        this.table = table;
        this.journal = journal;
        this.memory = memory;
        this.reporter = reporter;
        this.flow = flow;
        this.timers = timers;
        this.clock = clock;
        this.counters = counters;
        this.recovered = !journal.remembers();
        table.onCount(this::onCount);
    }

    /** Callers who wait for room come in their order, in a turn of their own. */
    void submitWhenRoom(TaskRequest request, TaskOrigin origin, Duration patience, Consumer<TaskStatus> watcher) {
        boolean goesIn = forRoom.isEmpty() && hasRoomFor(request);
        if (goesIn || patience.isZero() || forRoom.size() >= MOST_PATIENT) {
            submit(request, origin, watcher);
            return;
        }
        Patient patient = new Patient(request, () -> submit(request, origin, watcher));
        patient.tooLong = timers.schedule(clock.nanoTime(), patience, () -> {
            forRoom.remove(patient);
            patient.submission.run();
            onCount(); // those behind it may need less room
        });
        forRoom.add(patient);
    }

    private boolean hasRoomFor(TaskRequest request) {
        return closing || table.hasRoomFor(request, settings.queueCapacity());
    }

    private void onCount() {
        if (!letsIn && !forRoom.isEmpty() && hasRoomFor(forRoom.iterator().next().request)) {
            letsIn = true;
            timers.schedule(clock.nanoTime(), Duration.ZERO, () -> {
                letsIn = false;
                letIn();
            });
        }
    }

    private void letIn() {
        while (!forRoom.isEmpty() && hasRoomFor(forRoom.iterator().next().request)) {
            Patient first = forRoom.iterator().next();
            forRoom.remove(first);
            if (first.tooLong != null) {
                timers.cancel(first.tooLong);
            }
            first.submission.run();
        }
    }

    void submit(TaskRequest request, TaskOrigin origin, @Nullable Consumer<TaskStatus> watcher) {
        if (!recovered && mustWaitForMemory(request, origin)) {
            if (early.size() < settings.queueCapacity() && earlyChars < TaskTable.MOST_CHARS) {
                earlyChars += RequestSize.chars(request);
                early.add(() -> submit(request, origin, watcher));
            } else if (origin == TaskOrigin.DISPATCH) {
                counters.counter("tasks.unanswered").increment(); // it is sent again with the next connection
            } else {
                String reason = "busy: " + early.size() + " tasks wait until the journal is read";
                refuse(request, origin, reason, BUSY_RETRY, watcher == null ? List.of() : List.of(watcher));
            }
            return;
        }
        if (table.isKept(request.id())) {
            return; // the next life of the agent has the answer
        }
        Task known = table.find(request.id());
        if (known != null) {
            counters.counter("tasks.duplicates").increment();
            if (watcher != null) {
                known.watch(watcher);
            }
            reporter.passing(known, "");
            return;
        }
        EndedTask before = table.ended().find(request.id());
        if (before != null) {
            counters.counter("tasks.duplicates").increment();
            reporter.repeat(before.status(), watcher == null ? List.of() : List.of(watcher));
            return;
        }
        TaskStatus openRefusal = table.ended().openRefusal(request.id());
        if (openRefusal != null && origin == TaskOrigin.DISPATCH) {
            reporter.repeat(openRefusal, watcher == null ? List.of() : List.of(watcher));
            return;
        }
        if (closing && origin == TaskOrigin.DISPATCH && settings.onClose() == ClosePolicy.KEEP && journal.remembers()) {
            counters.counter("tasks.unanswered").increment(); // it is sent again to the next life of the agent
            return;
        }
        TypeLine line = types.line(request.type());
        if (closing || line == null || !table.hasRoomFor(request, settings.queueCapacity())) {
            boolean busy = !closing && line != null;
            String reason = closing
                    ? "the agent is closing"
                    : busy
                            ? table.whyFull(settings.queueCapacity())
                            : "no handler for task type '" + request.type() + "'";
            refuse(request, origin, reason, busy ? BUSY_RETRY : null, watcher == null ? List.of() : List.of(watcher));
            return;
        }
        if (!memory.hasRoomFor(request)) {
            String reason = "too large: with a journal a task has 4 MiB less 64 KiB";
            refuse(request, origin, reason, null, watcher == null ? List.of() : List.of(watcher));
            return;
        }
        accept(request, origin, line, watcher);
    }

    /** As long as the journal cannot be read, a task may have been run already, and nothing true can be said of it. */
    private boolean mustWaitForMemory(TaskRequest request, TaskOrigin origin) {
        return journal.isBeingRead() || (origin == TaskOrigin.DISPATCH && !request.idempotent());
    }

    private void refuse(
            TaskRequest request,
            TaskOrigin origin,
            String reason,
            @Nullable Duration retryAfter,
            List<Consumer<TaskStatus>> watchers) {
        counters.counter("tasks.ended", TaskState.REFUSED.name()).increment();
        TaskStatus status = new TaskStatus(
                request.id(),
                request.type(),
                table.ended().revisionOfRefusal(request.id()) + 1,
                TaskState.REFUSED,
                0,
                clock.epochNanos(),
                reason,
                Map.of(),
                0,
                retryAfter,
                origin);
        table.ended().addRefusal(new EndedTask(status, null, false));
        reporter.tell(status, watchers);
    }

    private void accept(TaskRequest request, TaskOrigin origin, TypeLine line, @Nullable Consumer<TaskStatus> watcher) {
        Task task = enlist(request, origin, line, clock.epochNanos());
        task.revision = table.ended().revisionOfRefusal(request.id());
        if (watcher != null) {
            task.watch(watcher);
        }
        counters.counter("tasks.accepted").increment();
        TaskStatus accepted = task.report(clock.epochNanos(), "", Map.of(), null);
        memory.accepted(task, accepted);
        journal.whenDurable(durable -> confirm(task, accepted, durable));
    }

    /** A task begins its way, here or in an earlier life of the agent. */
    Task enlist(TaskRequest request, TaskOrigin origin, TypeLine line, long acceptedEpochNanos) {
        TaskTimers ofTask = new TaskTimers(timers, clock);
        Task task = new Task(request, origin, line, table.nextOrder(), acceptedEpochNanos, ofTask);
        table.add(task);
        return task;
    }

    /** The journal has the task, or cannot have it. */
    private void confirm(Task task, TaskStatus accepted, boolean durable) {
        if (!table.isLive(task)) {
            return; // it was cancelled meanwhile
        }
        if (!durable && !flow.lineup().mayGoUnrecorded(task)) {
            unconfirmed.add(new Unconfirmed(task, accepted));
            return; // neither accepted nor refused, for it may be on the disk or not
        }
        reporter.tell(accepted, task.watchers());
        String other = table.claimWork(task);
        if (other == null) {
            flow.await(task);
        } else {
            flow.skipDone(task, other);
        }
    }

    /** Looks after those that wait for the journal; called about once a second. */
    void tend() {
        if (!recovered && !journal.isBeingRead()) {
            runEarly(); // it cannot be read for now: whoever may go without it goes
        }
        unconfirmed.removeIf(each -> !table.isLive(each.task)); // cancelled, and not to be held on to
        if (journal.isHealthy()) {
            List<Unconfirmed> present = List.copyOf(unconfirmed);
            unconfirmed.clear();
            present.forEach(each -> journal.whenDurable(durable -> confirm(each.task, each.accepted, durable)));
        }
    }

    /** What is remembered is in the table. */
    void recovered() {
        recovered = true;
        runEarly();
    }

    /** Takes nothing any more. */
    void close() {
        closing = true;
        early.clear(); // nobody was told anything of these
        earlyChars = 0;
        letIn();
    }

    private void runEarly() {
        List<Runnable> present = List.copyOf(early);
        early.clear();
        earlyChars = 0;
        present.forEach(Runnable::run);
    }

    @Override
    public String toString() {
        return "early=" + early.size() + ", unconfirmed=" + unconfirmed.size();
    }
}
