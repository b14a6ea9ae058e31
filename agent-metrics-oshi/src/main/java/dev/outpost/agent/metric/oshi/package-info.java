/**
 * What the operating system knows of the machine, the container and the own process, as metric sources.
 *
 * <pre>
 *                  ┌─ CpuSource, MemorySource, ProcessSource ───────────────┐
 *   OshiMetrics ───┼─ NetworkSource, DiskSource, FileSystemSource ─ Devices ─┼──▶ Machine ──▶ OSHI, held and shared
 *    (all: one     │                                                        │
 *     composite)   └─ CgroupSource ──▶ Cgroup ──▶ files of the kernel ───────┘
 * </pre>
 *
 * <p>{@link dev.outpost.agent.metric.oshi.OshiMetrics} is the only public type and says which metrics there are. Names,
 * units and attributes are those of the OpenTelemetry semantic conventions 1.44.0; where these name nothing, those of
 * the OpenTelemetry collector. Nothing here is thread-safe but {@code Machine}: a source belongs to the agent's sampler
 * thread.
 */
@NullMarked
package dev.outpost.agent.metric.oshi;

import org.jspecify.annotations.NullMarked;
