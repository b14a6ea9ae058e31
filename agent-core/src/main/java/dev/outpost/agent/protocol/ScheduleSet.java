package dev.outpost.agent.protocol;

import dev.outpost.agent.schedule.AtTrigger;
import dev.outpost.agent.schedule.CronExpression;
import dev.outpost.agent.schedule.EventTrigger;
import dev.outpost.agent.schedule.EveryTrigger;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.Trigger;
import java.util.List;

/**
 * All schedules that the agent is to follow beside those of its program: takes the place of the set before it, as a whole or not
 * at all. Answered with a {@link ScheduleReport}. The agent keeps the set, over restarts too if it has a journal.
 *
 * @param version names the set; 1 to 128 characters
 * @param schedules with triggers of time and of events; at most 10,000
 */
public record ScheduleSet(String version, List<Schedule> schedules) implements CenterMessage {

    /** How many schedules a set can have. */
    public static final int MOST_SCHEDULES = 10_000;

    private static final int MOST_VERSION_CHARS = 128;

    /**
     * Copies the schedules and checks the values.
     *
     * @throws IllegalArgumentException if one is out of range, or a trigger cannot travel
     */
    public ScheduleSet {
        schedules = List.copyOf(schedules);
        if (version.isEmpty() || version.length() > MOST_VERSION_CHARS) {
            throw new IllegalArgumentException(
                    "the version has " + version.length() + " characters; allowed are 1 to " + MOST_VERSION_CHARS);
        }
        if (schedules.size() > MOST_SCHEDULES) {
            throw new IllegalArgumentException(schedules.size() + " schedules; allowed are " + MOST_SCHEDULES);
        }
        schedules.forEach(schedule -> requireWords(schedule.trigger()));
    }

    private static void requireWords(Trigger trigger) {
        if (!(trigger instanceof CronExpression
                || trigger instanceof EveryTrigger
                || trigger instanceof AtTrigger
                || trigger instanceof EventTrigger)) {
            throw new IllegalArgumentException("a trigger that is code cannot be sent: " + trigger);
        }
    }
}
