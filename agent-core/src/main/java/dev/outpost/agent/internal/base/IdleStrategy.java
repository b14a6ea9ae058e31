package dev.outpost.agent.internal.base;

/** How a loop waits when there was nothing to do. Used by one loop. */
public interface IdleStrategy {

    /** There was work: the next wait begins with the shortest. */
    void reset();

    /** There was none: wait a little, longer each time. */
    void idle();

    /** Ends a present or the next wait soon. Any thread. */
    void wake();
}
