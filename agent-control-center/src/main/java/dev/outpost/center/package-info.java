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
 * <p>Event loops only enqueue. Stores and admission, the telemetry handler, request handlers, and listeners and watchers have threads
 * of their own each, all called workers here: one of them that hangs holds up its own kind. In order per agent.
 */
@NullMarked
package dev.outpost.center;

import org.jspecify.annotations.NullMarked;
