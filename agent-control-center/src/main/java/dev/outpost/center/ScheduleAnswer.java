package dev.outpost.center;

import java.util.List;

/**
 * What an agent made of a set of schedules.
 *
 * @param agentId who answers
 * @param version of the set
 * @param taken whether the agent follows it now; if not it goes on with the set before
 * @param problems why it does not, one for each thing that is wrong
 */
public record ScheduleAnswer(String agentId, String version, boolean taken, List<String> problems) {

    /** Copies the list. */
    public ScheduleAnswer {
        problems = List.copyOf(problems);
    }
}
