/**
 * The session with the control center; belongs to the control loop.
 *
 * <pre>
 *   IDLE ──start──▶ CONNECTING ──welcome──▶ READY ──link lost──▶ WAITING ──▶ CONNECTING …
 *                       └──refused, no welcome in time, link lost──▶ WAITING
 *   any ──close──▶ ENDED
 *
 *   Ways ─which, when─▶ Session ─opens─▶ Link ─▶ Liveness  heartbeats out, anything in
 *                          │               └───▶ Uplink    replies and heartbeats ▶ task reports ▶ requests and
 *                          │                               their answers ▶ lanes in turn
 *                          ├─ Patience     how long answers may take, by the links before
 *                          ├─ Succession   a second link, which takes over when it is let in
 *                          ├─ Cargo        lanes, reports, Requests: what connections mean to them
 *                          └─ CenterMessages, CommandWindow   what comes in
 *   Surroundings ─▶ Session                network, certificates, tokens have changed
 * </pre>
 */
@NullMarked
package dev.outpost.agent.internal.session;

import org.jspecify.annotations.NullMarked;
