/**
 * What you measure: sources read measurements, the recorder takes them.
 *
 * <pre>
 *   outpost-sampler ──collect──▶ MetricSource ──record──▶ MetricRecorder ──▶ ring ──▶ batch ──▶ lane ──▶ control center
 *                                                            └──▶ the CPU and memory figures of the next heartbeat
 * </pre>
 *
 * <p>Names and units are those of the OpenTelemetry semantic conventions; points are encoded as OTLP metrics.
 */
@NullMarked
package dev.outpost.agent.metric;

import org.jspecify.annotations.NullMarked;
