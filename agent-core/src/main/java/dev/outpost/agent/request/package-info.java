/**
 * Messages of the application's own, asked and answered in either direction over the session that stands.
 *
 * <pre>
 *   agent.request("config.get", body, timeout) ──Request──▶ handler at the control center ──Response──▶ the stage completes
 *   handler given to AgentBuilder.on("inventory.scan", …) ◀──Request── controlCenter.request(agentId, "inventory.scan", …)
 * </pre>
 *
 * <p>A request is answered or not within its time, and counts once: nothing is stored, nothing is sent a second time. What must
 * survive a lost connection or a restart is a task (downwards) or telemetry (upwards).
 */
@NullMarked
package dev.outpost.agent.request;

import org.jspecify.annotations.NullMarked;
