/**
 * A control center as a library: {@link dev.outpost.center.ControlCenter#builder()}.
 *
 * <pre>
 *   TransportServer ─▶ AgentSession ─┬─ hello, heartbeat ─▶ registry ─▶ CenterListener
 *   (event loop)       (serial)      ├─ task report ──────▶ TaskStore ─▶ TaskHandle ─▶ its outcome, its watchers
 *                                    └─ open, batch, gap ─▶ StreamIntake ─▶ TelemetryHandler ──completed──▶ ack
 *   dispatch, cancel ─▶ TaskStore ─▶ Outbound ─▶ connection
 * </pre>
 *
 * <p>Event loops only enqueue; handlers run on the center's workers, listeners and watchers on threads of their own, in order per
 * agent. Both are called workers here.
 */
@NullMarked
package dev.outpost.center;

import org.jspecify.annotations.NullMarked;
