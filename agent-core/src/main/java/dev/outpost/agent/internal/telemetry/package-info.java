/**
 * From the publishing thread to closed batches.
 *
 * <pre>
 *   app thread ──LogPublisher──▶ TelemetryRing ──▶ BatchCutter ──▶ ClosedBatch ──▶ Outlet (one per lane)
 *                encode            slots             └─ outpost-telemetry ─┘         │ LaneGate: is there room?
 *   sampler ─────MetricEncoder──▶ TelemetryRing ──▶ BatchCutter                      └▶ control loop
 * </pre>
 *
 * <p>A ring and a cutter per signal, so that a flood of logs cannot displace metrics; one thread for both. The cutter never
 * waits: while a lane that makes progress is full, it leaves the ring alone, and the ring's overflow policy decides; a lane
 * that makes none loses the batch, counted.
 */
@NullMarked
package dev.outpost.agent.internal.telemetry;

import org.jspecify.annotations.NullMarked;
