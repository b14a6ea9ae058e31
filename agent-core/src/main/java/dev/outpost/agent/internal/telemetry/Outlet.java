package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.transport.Compression;

/** Where a cutter puts its batches: one per lane. Called by the telemetry loop. */
public interface Outlet {

    /** The lane's room. */
    LaneGate gate();

    /** How the lane's batches are to be compressed. */
    Compression compression();

    /** Takes a batch for which room was reserved. */
    void accept(ClosedBatch batch);

    /** Counts a batch for which there was no room. */
    void refuse(ClosedBatch batch);
}
