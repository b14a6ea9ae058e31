/**
 * The session with the control center; belongs to the control loop.
 *
 * <pre>
 *   IDLE ──start──▶ CONNECTING ──welcome──▶ READY ──link lost──▶ WAITING ──backoff──▶ CONNECTING …
 *                       └──refused, no welcome in time, link lost──▶ WAITING
 *   any ──close──▶ ENDED
 *
 *   Uplink.pump, whenever the link takes messages:   replies and heartbeats  ▶  task reports  ▶  lanes in turn
 * </pre>
 */
@NullMarked
package dev.outpost.agent.internal.session;

import org.jspecify.annotations.NullMarked;
