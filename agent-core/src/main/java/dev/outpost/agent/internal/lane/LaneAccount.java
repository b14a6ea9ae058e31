package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Counters;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What became of the records of a lane. Written by the control loop, read by any thread.
 *
 * <p>Readers that want the sum to hold read in the order delivered, dropped, spooled, recovered: a record may move from
 * right to left meanwhile, and is then missed rather than counted twice.
 */
public final class LaneAccount {

    private final Counters counters;
    private final String dropName;
    private final LongAdder delivered;
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong spooled = new AtomicLong();
    private final AtomicLong recovered = new AtomicLong();

    LaneAccount(String lane, Counters counters) {
        this.counters = counters;
        this.dropName = "lane." + lane + ".dropped";
        this.delivered = counters.counter("lane." + lane + ".delivered");
    }

    void taken(long records) {
        held.addAndGet(records);
    }

    /** From memory to the destination. */
    void deliveredFromMemory(long records) {
        delivered.add(records);
        held.addAndGet(-records);
    }

    /** From the spool to the destination. */
    void deliveredFromSpool(long records) {
        delivered.add(records);
        spooled.addAndGet(-records);
    }

    /** From memory to the spool. */
    void spooled(long records) {
        spooled.addAndGet(records);
        held.addAndGet(-records);
    }

    /** Still in memory, and not in the spool any more. */
    void unspooled(long records) {
        held.addAndGet(records);
        spooled.addAndGet(-records);
    }

    /** Found in the spool. */
    void recovered(long records) {
        recovered.addAndGet(records);
        spooled.addAndGet(records);
    }

    void droppedFromMemory(String reason, long records) {
        drop(reason, records);
        held.addAndGet(-records);
    }

    void droppedFromSpool(String reason, long records) {
        drop(reason, records);
        spooled.addAndGet(-records);
    }

    /** Dropped before the lane had it. */
    void refused(String reason, long records) {
        drop(reason, records);
    }

    private void drop(String reason, long records) {
        if (records != 0) {
            counters.counter(dropName, reason).add(records);
        }
    }

    /** Records delivered. */
    public long delivered() {
        return delivered.sum();
    }

    /** Records dropped by the lane, by reason. */
    public SortedMap<String, Long> dropped() {
        return counters.byReason(dropName);
    }

    /** Records in the lane's memory. */
    public long held() {
        return held.get();
    }

    /** Records on disk that are not delivered. */
    public long spooled() {
        return spooled.get();
    }

    /** Records that earlier runs of the agent left on disk. */
    public long recovered() {
        return recovered.get();
    }
}
