package dev.outpost.agent;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The agent's figures at one moment.
 *
 * @param state where it stands
 * @param degraded what does not work
 * @param lanes the account of every lane
 * @param tasksQueued tasks that wait for a slot
 * @param tasksRunning tasks with a running attempt
 * @param counters everything that is counted, by name
 */
public record AgentSnapshot(
        AgentState state,
        Set<String> degraded,
        List<LaneSnapshot> lanes,
        int tasksQueued,
        int tasksRunning,
        SortedMap<String, Long> counters) {

    /** Copies the collections. */
    public AgentSnapshot {
        degraded = Set.copyOf(degraded);
        lanes = List.copyOf(lanes);
    }

    /**
     * The lane of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public LaneSnapshot lane(String name) {
        return lanes.stream()
                .filter(lane -> lane.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no lane '" + name + "' among " + lanes));
    }

    /** The value of a counter; 0 when nothing was counted. */
    public long counter(String name) {
        return counters.getOrDefault(name, 0L);
    }

    /** Ended tasks by final state. */
    public Map<String, Long> tasksEnded() {
        String prefix = "tasks.ended{";
        Map<String, Long> ended = new TreeMap<>();
        counters.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                ended.put(name.substring(prefix.length(), name.length() - 1), value);
            }
        });
        return ended;
    }
}
