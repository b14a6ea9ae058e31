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
 * <p>A task has an id; the same id is never run as a second task. A task has attempts; each is one call of its handler. What may run
 * beside what, when, how often and for how long is said by the {@link dev.outpost.agent.task.TaskRequest}, or for a whole type by its
 * {@link dev.outpost.agent.task.TaskOptions}.
 */
@NullMarked
package dev.outpost.agent.task;

import org.jspecify.annotations.NullMarked;
