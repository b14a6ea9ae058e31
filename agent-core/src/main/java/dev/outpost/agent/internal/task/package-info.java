/**
 * The task engine: one table of tasks, one transition method; belongs to the control loop.
 *
 * <pre>
 *   submit ─▶ Task (ACCEPTED) ─▶ queue of its executor (QUEUED) ─▶ Attempt (RUNNING) ── worker ─▶ TaskHandler
 *     │            ▲                                                   │
 *     │            └── retry timer ◀── RETRY_WAIT ◀── attemptEnded ◀───┘ inbox
 *     └▶ REFUSED                                          └▶ final state
 *   every transition ─▶ ReportBook ─▶ session
 * </pre>
 */
@NullMarked
package dev.outpost.agent.internal.task;

import org.jspecify.annotations.NullMarked;
