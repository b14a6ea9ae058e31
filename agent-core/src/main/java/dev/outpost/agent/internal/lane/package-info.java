/**
 * From a closed batch to its acknowledgement. A lane per signal and destination, a chain in it per priority class, a run in
 * that per stream id and epoch; owned by the control loop.
 *
 * <pre>
 *   Outlet ─▶ Lane ─▶ Chain ─▶ live Run: queue ──next──▶ flight ──ack──▶ delivered
 *              │        │          ▲   │       ◀──rewind──┘ (connection lost, batch refused)
 *              │        │          │   └─spill─▶ RunInSpool ─append, sync─▶ SpoolClient ─▶ disk thread
 *              │        │          │                ▲                            │
 *              │        │     prefetched ◀──read────┘◀────written, synced, failed, lost
 *              │        └─▶ Backlog: older runs, sent beside the live one
 *              └ LaneGate: bytes of all that is in memory
 * </pre>
 *
 * <ul>
 *   <li>A batch is in memory only, and goes from there, as long as acknowledgements come in time. It is written when it has
 *       waited for too long, when the destination is away, when memory runs full, or when somebody waits for it to be safe;
 *       from when the disk has it memory forgets it, and it is read back to be sent.
 *   <li>A batch keeps its stream id, epoch and number from when it was first sent or given to the disk. What has neither
 *       may go on to a new run: after a return with a backlog, after a conflict, when the spool works again.
 *   <li>Every call of {@link dev.outpost.agent.internal.lane.SpoolClient} returns at once; what comes of it is posted to the
 *       loop. When the disk fails nobody writes for a while; when it hangs it is given only so much.
 *   <li>Who sends is {@link dev.outpost.agent.internal.session} for the control center and
 *       {@link dev.outpost.agent.internal.lane.SinkPump} for a sink; both take from a chain what it offers.
 * </ul>
 *
 * <p>For every lane holds at every moment: taken + recovered = delivered + in memory + in the spool + dropped by reason.
 */
@NullMarked
package dev.outpost.agent.internal.lane;

import org.jspecify.annotations.NullMarked;
