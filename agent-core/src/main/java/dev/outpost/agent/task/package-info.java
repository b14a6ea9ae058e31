/**
 * What you run: handlers for task types, and where they run.
 *
 * <pre>
 *   dispatch, schedule, host ──TaskRequest──▶ task engine ──attempt──▶ TaskExecutor ──▶ TaskHandler
 *                                              │      ▲                                    │
 *                                              ▼      └──────────── TaskResult ────────────┘
 *                                         status reports (TaskState, revision) ──▶ control center
 * </pre>
 *
 * <p>A task has an id; the same id is never run as a second task. A task has attempts; each is one call of its handler.
 */
@NullMarked
package dev.outpost.agent.task;

import org.jspecify.annotations.NullMarked;
