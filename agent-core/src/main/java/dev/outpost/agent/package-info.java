/**
 * The agent: build it with {@link dev.outpost.agent.Agent#builder()}, start it, close it.
 *
 * <pre>
 *  app threads ─ring─▶ telemetry loop ─lanes─▶ control loop ─▶ Transport / sinks        (logs, metrics up)
 *  Transport ──inbox─▶ control loop ─▶ task engine ─▶ TaskExecutor ─▶ TaskHandler       (work down)
 * </pre>
 *
 * <table>
 * <caption>Threads: all daemon, all named outpost-*</caption>
 * <tr><th>thread</th><th>owns</th><th>runs user code</th></tr>
 * <tr><td>outpost-control</td><td>session, timers, tasks, schedules, lanes</td><td>triggers and executors' entry points</td></tr>
 * <tr><td>outpost-telemetry</td><td>open batches</td><td>no</td></tr>
 * <tr><td>outpost-sampler</td><td>collections</td><td>metric sources</td></tr>
 * <tr><td>outpost-task-n, while there is work</td><td>one attempt each</td><td>task handlers</td></tr>
 * <tr><td>outpost-listener-n, while there is work</td><td>nothing</td><td>agent listeners</td></tr>
 * </table>
 */
@NullMarked
package dev.outpost.agent;

import org.jspecify.annotations.NullMarked;
