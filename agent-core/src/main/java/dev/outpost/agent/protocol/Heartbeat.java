package dev.outpost.agent.protocol;

import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Sign of life with figures.
 *
 * @param condition how the agent is
 * @param degradedReasons what does not work, with {@link Condition#DEGRADED}
 * @param host CPU and memory of the machine
 * @param uptime since the agent started
 * @param recordsInMemory log records and metric points that are not acknowledged yet and lie in memory
 * @param recordsSpooled log records and metric points that are not acknowledged yet and lie on disk
 * @param recordsDropped since the agent started, all reasons
 * @param tasksQueued tasks that wait for a slot
 * @param tasksRunning tasks with a running attempt
 */
public record Heartbeat(
        Condition condition,
        List<String> degradedReasons,
        HostFigures host,
        Duration uptime,
        long recordsInMemory,
        long recordsSpooled,
        long recordsDropped,
        int tasksQueued,
        int tasksRunning)
        implements AgentMessage {

    /** How the agent is. */
    public enum Condition {
        /** Not known here. */
        UNSPECIFIED,
        /** All works. */
        HEALTHY,
        /** Works, but something does not. */
        DEGRADED,
        /** Closing. */
        DRAINING
    }

    /**
     * CPU and memory of the machine; a figure that no source delivers is empty.
     *
     * @param cpuUtilization 0 to 1, of all cores
     * @param memoryUsedBytes memory in use
     * @param memoryLimitBytes memory there is
     */
    public record HostFigures(
            OptionalDouble cpuUtilization, OptionalLong memoryUsedBytes, OptionalLong memoryLimitBytes) {

        /** Nothing is known. */
        public static final HostFigures NONE =
                new HostFigures(OptionalDouble.empty(), OptionalLong.empty(), OptionalLong.empty());
    }

    /** Copies the list. */
    public Heartbeat {
        degradedReasons = List.copyOf(degradedReasons);
    }
}
