package dev.outpost.agent.internal.base;

/** A bounded piece of work that a loop repeats; how to wait in between is the loop's business. */
@FunctionalInterface
public interface DutyCycle {

    /**
     * Does what there is to do, but not endlessly.
     *
     * @return how much was done; 0 lets the loop wait
     */
    int doWork();
}
