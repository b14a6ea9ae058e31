package dev.outpost.agent.internal.telemetry;

/** Where a cutter puts its batches: one per lane. Called by the telemetry loop. */
public interface Outlet {

    /** The lane's room. */
    LaneGate gate();

    /** Takes a batch for which room was reserved. */
    void accept(ClosedBatch batch);

    /** Counts a batch for which there was no room. */
    void refuse(ClosedBatch batch);
}
