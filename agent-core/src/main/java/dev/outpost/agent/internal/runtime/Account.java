package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.internal.telemetry.SignalStats;
import java.util.Map;
import java.util.TreeMap;

/** Makes the account of a lane out of counters that others go on changing. */
final class Account {

    private Account() {}

    /**
     * The account. What leaves the lane is read before what came in, so that nothing is counted out that was not counted in.
     */
    static LaneSnapshot of(Lane lane, SignalStats signal) {
        long delivered = lane.delivered();
        Map<String, Long> dropped = new TreeMap<>(lane.dropped());
        long droppedByLane =
                dropped.values().stream().mapToLong(Long::longValue).sum();
        long droppedBefore = 0;
        for (Map.Entry<String, Long> reason : signal.dropped().entrySet()) {
            dropped.merge(reason.getKey(), reason.getValue(), Long::sum);
            droppedBefore += reason.getValue();
        }
        long taken = signal.takenCount();
        dropped.values().removeIf(count -> count == 0);
        return new LaneSnapshot(
                lane.name(), taken + droppedBefore, delivered, taken - delivered - droppedByLane, dropped);
    }

    /** The last account: a record whose publisher was under way when the agent closed lies in the ring for ever. */
    static LaneSnapshot closed(LaneSnapshot last) {
        if (last.inMemory() == 0) {
            return last;
        }
        Map<String, Long> dropped = new TreeMap<>(last.dropped());
        dropped.merge("closed", last.inMemory(), Long::sum);
        return new LaneSnapshot(last.name(), last.emitted(), last.delivered(), 0, dropped);
    }
}
