package dev.outpost.center;

import dev.outpost.agent.task.TaskRequest;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A task that is given to more and more agents. Thread-safe; what is asked for here happens soon, in the order of the calls. */
public interface RollOut {

    /** What each agent is asked, with the id of the roll-out. */
    TaskRequest template();

    /** How it goes. */
    RollOutPlan plan();

    /** Where it stands. */
    RollOutStatus status();

    /** The tasks that have begun, by agent id, in the order in which they did. */
    Map<String, TaskHandle> tasks();

    /** Calls {@code watcher} with where it stands now and then with every change; on a callback thread, in order. */
    void watch(Consumer<RollOutStatus> watcher);

    /**
     * Completes when the roll-out is completed or stopped, on a callback thread; what is under way then goes on being counted in
     * {@link #status}. Fails with {@link CenterException} when this control center closes first.
     */
    CompletableFuture<RollOutStatus> outcome();

    /** Begins no further stage until it is resumed. What has begun goes on, and too many failures still stop the roll-out. */
    void pause();

    /** Goes on. */
    void resume();

    /**
     * Stops for good.
     *
     * @param reason why, for people
     * @param cancel whether the tasks under way are cancelled too
     */
    void stop(String reason, boolean cancel);
}
