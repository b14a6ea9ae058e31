/**
 * From a closed batch to its acknowledgement: one lane per destination, owned by the control loop.
 *
 * <pre>
 *   Outlet ──▶ waiting ──nextToSend──▶ in flight (at most a window) ──ack──▶ delivered
 *                 ▲                        │
 *                 └─── connection lost ────┘
 * </pre>
 *
 * <p>For every lane holds at every moment: taken = delivered + in memory + dropped by reason.
 */
@NullMarked
package dev.outpost.agent.internal.lane;

import org.jspecify.annotations.NullMarked;
