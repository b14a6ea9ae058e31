/**
 * Where telemetry waits on disk: the settings of the spool.
 *
 * <pre>
 *   &lt;directory&gt;/slot-0/            one slot per running agent, taken by a file lock
 *       LOCK META ACK GAPS        who owns it, its stream id and epoch, how far it was acknowledged, what was evicted
 *       logs-1/ logs-2/ …         one chain of segments per lane and priority class
 *       quarantine/               batches that no destination will ever take
 * </pre>
 */
@NullMarked
package dev.outpost.agent.spool;

import org.jspecify.annotations.NullMarked;
