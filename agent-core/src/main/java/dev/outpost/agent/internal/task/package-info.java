/**
 * The task engine; belongs to the control loop.
 *
 * <pre>
 *   submit ─▶ TaskIntake ──── journal ───▶ TaskFlow.await ─▶ SCHEDULED ─▶ Overlaps ─▶ Lineup (QUEUED)
 *                │  ▲                                                       ▲ release     │ a slot, then the journal
 *                ▼  └ TaskRecovery ◀── journal, at the start                │             ▼
 *             REFUSED                               end ◀── conclude ◀── Attempts (RUNNING) ── worker ─▶ TaskHandler
 *                                                    │         └──▶ RETRY_WAIT ─▶ Lineup
 *   every transition ─▶ TaskReporter ── journal ──▶ ReportBook ─▶ session
 * </pre>
 *
 * <p>{@code TaskTable} knows the live tasks, {@code EndedTasks} those that have ended. What must not be
 * forgotten goes to the journal first and is told afterwards: a task before it is accepted, an attempt before it begins, an end
 * before it is reported. Without a journal nothing waits.
 */
@NullMarked
package dev.outpost.agent.internal.task;

import org.jspecify.annotations.NullMarked;
