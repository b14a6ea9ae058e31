package dev.outpost.agent.schedule;

import java.time.Instant;
import java.util.List;

/**
 * The schedules of an agent, as its host sees and steers them. Thread-safe; nothing here waits: what is asked for happens on
 * the control loop, in the order of the calls. While the agent does not run, nothing happens, and that is counted.
 *
 * <p>What is paused or resumed stays so over a restart when the agent has a journal.
 */
public interface Schedules {

    /** All schedules by name, as they stood when the control loop last touched each. */
    List<ScheduleStatus> list();

    /**
     * When a schedule would fire next, without jitter.
     *
     * @param count how many instants at most, 1 to 1,000
     * @return fewer when it ends before that; one with a fixed delay, for what follows depends on its task, and
     *     none while that runs; empty when it is not known or does not fire by time
     * @throws IllegalArgumentException if {@code count} is out of range
     */
    List<Instant> preview(String name, int count);

    /** Holds a schedule back until it is resumed; counted when it is not known. */
    void pause(String name);

    /** Lets a paused schedule go on; what it missed is dealt with as its misfire policy says. */
    void resume(String name);

    /** Fires a schedule once, now, paused or not, under its overlap policy; its next time stays as it is. */
    void trigger(String name);
}
