/**
 * A control center as a library: {@link dev.outpost.center.ControlCenter#builder()}.
 *
 * <pre>
 *   TransportServer ─▶ AgentSession ─┬─ hello, heartbeat ─▶ registry ─▶ CenterListener
 *   (event loop)       (serial)      ├─ task report ──────▶ TaskHandle ─▶ its outcome, its watchers
 *                                    └─ open, batch, gap ─▶ StreamIntake ─▶ TelemetryHandler ──completed──▶ ack
 *   dispatch, cancel ─▶ Outbound ─▶ connection
 * </pre>
 *
 * <p>Event loops only enqueue; handlers, listeners and watchers run on the center's workers, in order per agent.
 */
@NullMarked
package dev.outpost.center;

import org.jspecify.annotations.NullMarked;
