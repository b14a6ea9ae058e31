/**
 * Schedules. All state belongs to the control loop.
 *
 * <pre>
 *   start, pushed set, command ─▶ ScheduleBook ─▶ Firings ─▶ TaskEngine
 *   EventInbox ─ from any thread ─┘  │    ▲          │  ▲
 *                        ScheduleJournal  │          │  └── Conditions   on the poll thread
 *                        ScheduleReports  │          ▼
 *                          Alarm ─rings─▶ Agenda: a heap of dates, a heap of elapsed time (ElapsedClock)
 *
 *   due ─▶ Backlog: what is due all in all ─▶ Misfires: what of it happens ─▶ Firing: the task
 * </pre>
 *
 * <ul>
 *   <li>An {@code Entry} is on at most one heap, and on none while it is paused.
 *   <li>Its {@code Standing} says up to where its firings are dealt with: that only goes
 *       forward, unless the wall clock is found to have been wrong. So no firing happens twice.
 *   <li>A firing is handed to the engine before it is noted as dealt with. Whoever dies in between hands it over again, and the
 *       engine knows its id.
 * </ul>
 */
@NullMarked
package dev.outpost.agent.internal.schedule;

import org.jspecify.annotations.NullMarked;
