package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.task.TaskRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An executor whose attempts run when the test says so, on the test's thread. */
final class FakeExecutor implements TaskExecutor {

    private final int slots;
    final List<FakeRun> running = new ArrayList<>();
    final List<FakeRun> all = new ArrayList<>();
    int refusals;
    int asked;
    Consumer<Attempt> began = attempt -> {};
    boolean broken;
    boolean closed;

    FakeExecutor(int slots) {
        this.slots = slots;
    }

    @Override
    public int freeSlots() {
        if (broken) {
            throw new IllegalStateException("on purpose");
        }
        return slots - running.size();
    }

    @Override
    public @Nullable Run tryExecute(Attempt attempt, Runnable slotFreed) {
        asked++;
        if (refusals > 0) {
            refusals--;
            return null;
        }
        FakeRun run = new FakeRun(attempt, slotFreed);
        began.accept(attempt);
        running.add(run);
        all.add(run);
        return run;
    }

    @Override
    public void close() {
        closed = true;
    }

    /** The ids of the tasks in the order in which their attempts began. */
    List<String> begun() {
        return all.stream().map(run -> run.attempt.task().id()).toList();
    }

    FakeRun only() {
        return running.get(0);
    }

    /** One attempt. */
    final class FakeRun implements Run {
        final Attempt attempt;
        private final Runnable slotFreed;
        boolean interrupted;
        boolean abandoned;

        FakeRun(Attempt attempt, Runnable slotFreed) {
            this.attempt = attempt;
            this.slotFreed = slotFreed;
        }

        Attempt attempt() {
            return attempt;
        }

        TaskRequest task() {
            return attempt.task();
        }

        /** Lets the handler do its work now. */
        void finish() {
            attempt.run();
            if (running.remove(this)) {
                slotFreed.run();
            }
        }

        @Override
        public void interrupt() {
            interrupted = true;
        }

        @Override
        public void abandon() {
            abandoned = true;
            running.remove(this);
            slotFreed.run();
        }
    }
}
