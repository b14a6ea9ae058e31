package dev.outpost.agent.task;

import org.jspecify.annotations.Nullable;

/**
 * SPI: decides where. Supplies the threads (or processes, or machines) that attempts run on, in bounded number.
 *
 * <p><b>Thread:</b> all methods are called on the control thread and must not block. <b>Bound:</b> the executor never runs
 * more attempts at once than it has slots; the agent queues what does not fit. <b>Errors:</b> {@link #tryExecute} does
 * not throw; if it does, that is counted and taken as a refusal. After a refusal the agent asks again.
 */
public interface TaskExecutor extends AutoCloseable {

    /** How many further attempts would be taken now. */
    int freeSlots();

    /**
     * Runs {@code attempt} soon, or refuses.
     *
     * @param slotFreed to be run, on any thread, as soon as the slot is free again: after the attempt has returned, or when
     *     it was abandoned
     * @return a handle on the run, or null when there is no free slot
     */
    @Nullable Run tryExecute(Attempt attempt, Runnable slotFreed);

    /**
     * Lets go of idle resources and refuses further attempts; does not wait. Called once, when the agent closes, after
     * running attempts were asked to stop.
     */
    @Override
    void close();

    /** One run of a handler, made by the agent. */
    interface Attempt extends Runnable {

        /** The task it belongs to. */
        TaskRequest task();

        /** Runs the handler and reports the result; throws nothing. The executor calls it exactly once. */
        @Override
        void run();
    }

    /** An attempt that has been taken. */
    interface Run {

        /** Asks the attempt to stop: interrupts its thread if it has begun. Idempotent, never blocks. */
        void interrupt();

        /**
         * Gives the attempt up: it did not end in time. Its slot becomes free by a replacement, within a bound of the
         * executor's; the thread or process is counted as leaked until it ends by itself.
         */
        void abandon();
    }
}
