/**
 * The spool: batches on disk until somebody else has them. Everything here runs on one thread at a time, the disk's; it
 * knows no lane and no clock, does what it is told, and throws {@link java.io.IOException} when the disk does not.
 *
 * <pre>
 *   SpoolStore ── SpoolSlots ── SlotDirectory*   LOCK for life; META: stream id, epoch (durable before a run's first batch)
 *       │                          ├─ AckFile    ACK: how far each run is acknowledged; advisory
 *       │                          └─ GapFile    GAPS: what was given up, so that it is told also after a restart
 *       ├── SpoolScan       what is there at the start
 *       ├── SpoolWriter     appends, forces, begins and closes segments
 *       ├── SpoolQuota      what has to go to make room     SpoolLosses   and every other loss: each is told once
 *       ├── Quarantine      batches that nobody takes, for people to look at     Disposal   what is deleted
 *       │
 *       └─ SpoolRun*        one ordered sequence of batches: (stream id, epoch), 1, 2, 3 …
 *             ├─ RunReader  gives them in order, and gaps in the place of what is gone
 *             └─ Segment*   a file: SegmentHeader, then frames, then zeros
 *                   SegmentWriter appends, SegmentReader walks and finds its way again behind damage
 * </pre>
 *
 * <p><b>Rules.</b> A run belongs to one process: after a restart its segments are only read and deleted. Where the frames of
 * a segment end is found by reading it, so that no file needs to agree with another. A frame is accepted when both of its
 * checksums are right; they are seeded with the segment's identity, so that neither stale bytes nor a segment inside a
 * payload can pass for a frame. After a failed write or force nothing more is written to that file. Deleting a segment needs
 * no other write.
 */
@NullMarked
package dev.outpost.agent.internal.spool;

import org.jspecify.annotations.NullMarked;
