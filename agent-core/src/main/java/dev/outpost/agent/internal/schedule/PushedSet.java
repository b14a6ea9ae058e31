package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.schedule.Schedule;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** What a pushed set has to keep, and what makes one of its schedules the same as before. */
final class PushedSet {

    private PushedSet() {}

    /**
     * What is wrong, by the name of the schedule; empty when the set can be followed.
     *
     * @param isTaken whether the program has a schedule of that name
     * @param hasHandler whether there is a handler for a task type
     */
    static Map<String, String> problems(ScheduleSet set, Predicate<String> isTaken, Predicate<String> hasHandler) {
        Map<String, String> problems = new LinkedHashMap<>();
        Set<String> names = new HashSet<>();
        for (Schedule schedule : set.schedules()) {
            String name = schedule.name();
            String type = schedule.template().type();
            if (!names.add(name)) {
                problems.put(name, "schedule '" + name + "' is there twice");
            } else if (isTaken.test(name)) {
                problems.put(name, "schedule '" + name + "': the agent's program has one of that name");
            } else if (!hasHandler.test(type)) {
                problems.put(name, "schedule '" + name + "': no handler for task type '" + type + "'");
            }
        }
        return problems;
    }

    /** Whether two schedules say the same. The ids of their templates do not count: each firing has one of its own. */
    static boolean isSame(Schedule one, Schedule other) {
        return withoutId(one).equals(withoutId(other));
    }

    private static Schedule withoutId(Schedule schedule) {
        return new Schedule(
                schedule.name(),
                schedule.trigger(),
                schedule.template().toBuilder().id("any").build(),
                schedule.overlap(),
                schedule.misfire(),
                schedule.jitter(),
                schedule.paused());
    }
}
