/**
 * Sampling: one thread collects from all sources, each at its interval; the control loop watches over it.
 *
 * <pre>
 *   outpost-sampler ──▶ MetricSource.collect ──▶ PointRecorder ──▶ metric ring
 *         ▲                                          └──▶ HostVitals ──▶ heartbeat
 *   control loop: SamplerWatch ── interrupts a collection that takes too long; then gives its thread up and starts another
 * </pre>
 */
@NullMarked
package dev.outpost.agent.internal.metric;

import org.jspecify.annotations.NullMarked;
