package dev.outpost.agent.protocol;

import dev.outpost.agent.schedule.ScheduleStatus;
import java.util.List;
import java.util.Objects;

/**
 * Where schedules stand: those that have changed since the last report, after each {@link ScheduleSet} and
 * {@link ScheduleCommand}, when a session begins, and from time to time.
 *
 * @param version of the set that is followed; empty for none
 * @param schedules at most 1,000 of those that have changed; the rest follows with later reports
 * @param total how many schedules the agent has
 * @param refusedVersion of the set that was just refused; empty for none
 * @param problems why it was refused, one for each thing that is wrong
 */
public record ScheduleReport(
        String version, List<ScheduleStatus> schedules, int total, String refusedVersion, List<String> problems)
        implements AgentMessage {

    /** How many schedules a report can tell of. */
    public static final int MOST_SCHEDULES = 1_000;

    /** Copies the lists. */
    public ScheduleReport {
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(refusedVersion, "refusedVersion");
        schedules = List.copyOf(schedules);
        problems = List.copyOf(problems);
    }
}
