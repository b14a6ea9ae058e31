package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.telemetry.Promise;
import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Sees to it that what somebody waits for becomes safe soon: by an acknowledgement if that comes at once, or else on disk.
 * Control loop only.
 */
final class Safekeeping {

    private static final Duration SECURE_AFTER = Duration.ofMillis(10);

    private final Chain chain;
    private final Runs runs;
    private final ChainSpool spool;
    private final Timers timers;
    private final AgentClock clock;
    private boolean due;

    Safekeeping(Chain chain, Runs runs, ChainSpool spool, Timers timers, AgentClock clock) {
        this.chain = chain;
        this.runs = runs;
        this.spool = spool;
        this.timers = timers;
        this.clock = clock;
    }

    /** Looks whether anybody waits. */
    void secure() {
        if (!spool.isPresent() || due || !isAwaited()) {
            return;
        }
        if (chain.isConnected() && runs.live().inSpool().backlogBytes() == 0) {
            due = true;
            timers.schedule(clock.nanoTime(), SECURE_AFTER, () -> {
                due = false;
                secureNow();
            });
        } else {
            secureNow();
        }
    }

    private void secureNow() {
        if (!spool.canWrite()) {
            breakPromises();
        } else if (isAwaited()) {
            spillAll();
        }
    }

    /** Writes down what is not delivered, as far as there is a spool. */
    void spillAll() {
        if (spool.isPresent()) {
            runs.forEach(run -> run.inSpool().spill());
            spool.client().sync();
        }
    }

    private boolean isAwaited() {
        boolean[] awaited = {false};
        runs.forEach(run -> awaited[0] |= run.promises().isAwaited());
        return awaited[0];
    }

    /** Those who wait are told when neither the destination nor the disk will answer for now. */
    void breakPromises() {
        if (!chain.isConnected() && spool.hasFailed()) {
            runs.forEach(run -> run.promises().breakSafe(Chain.SPOOL_FAILED));
        }
    }

    /** {@code promise} is kept as soon as what the runs hold now is in the spool or delivered. */
    void whenSafe(Promise promise) {
        ask(Run::hasUnsafe, (run, each) -> run.promises().whenSafe(run.last(), each), promise);
        secure();
    }

    /** {@code promise} is kept as soon as what this process has begun to send is delivered. */
    void whenDelivered(Promise promise) {
        ask(
                run -> run == runs.live() || run.hasUnsafe(),
                (run, each) -> run.promises().whenDelivered(run.last(), each),
                promise);
    }

    private void ask(Predicate<Run> whom, BiConsumer<Run, Promise> question, Promise promise) {
        List<Run> asked = new ArrayList<>();
        runs.forEach(run -> {
            if (whom.test(run)) {
                asked.add(run);
            }
        });
        Promise each = new JointPromise(asked.size(), promise);
        for (Run run : asked) {
            question.accept(run, each);
            run.keepPromises(); // it may be so already
        }
    }
}
