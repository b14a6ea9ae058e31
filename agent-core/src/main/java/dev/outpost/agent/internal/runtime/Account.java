package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.internal.lane.LaneAccount;
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
        LaneAccount account = lane.account();
        long delivered = account.delivered();
        Map<String, Long> dropped = new TreeMap<>(account.dropped());
        long spooled = account.spooled();
        long recovered = account.recovered();
        long droppedByLane =
                dropped.values().stream().mapToLong(Long::longValue).sum();
        long droppedBefore = 0;
        for (Map.Entry<String, Long> reason : signal.dropped().entrySet()) {
            dropped.merge(reason.getKey(), reason.getValue(), Long::sum);
            droppedBefore += reason.getValue();
        }
        long taken = signal.takenCount();
        dropped.values().removeIf(count -> count == 0);
        long inMemory = taken + recovered - delivered - spooled - droppedByLane;
        return new LaneSnapshot(lane.name(), taken + droppedBefore, recovered, delivered, spooled, inMemory, dropped);
    }

    /** The last account: a record whose publisher was under way when the agent closed lies in the ring for ever. */
    static LaneSnapshot closed(LaneSnapshot last) {
        if (last.inMemory() == 0) {
            return last;
        }
        Map<String, Long> dropped = new TreeMap<>(last.dropped());
        dropped.merge("closed", last.inMemory(), Long::sum);
        return new LaneSnapshot(
                last.name(), last.emitted(), last.recovered(), last.delivered(), last.spooled(), 0, dropped);
    }
}
