/**
 * Benchmarks against named peers: {@link dev.outpost.benchmarks.Benchmarks} runs them from the command line.
 *
 * <pre>
 *   Benchmarks ─┬─ publish ────▶ JMH: Outpost | OpenTelemetry SDK
 *               ├─ throughput ─▶ two JVMs: agent ═▶ control center | raw gRPC ═▶ raw gRPC
 *               ├─ latency ────▶ two JVMs: control center ⇄ agent  | raw gRPC ⇄ raw gRPC
 *               ├─ peers ──────▶ two JVMs: agent ═▶ control center | OpenTelemetry SDK ═▶ server; JMH: Outpost | Log4j
 *               ├─ spool ──────▶ two JVMs: agent ─▶ disk ─▶ control center; one JVM: agent ─▶ disk | raw append
 *               ├─ replay ─────▶ two JVMs: agent with a backlog ─▶ control center | agent without
 *               ├─ stages ─────▶ one JVM: encode, hand-off, cut, compress, append, read, send
 *               ├─ cron ───────▶ JMH: Outpost | cron-utils | Quartz | Spring
 *               ├─ timers ─────▶ one JVM: the control loop's timers | the JDK's scheduler
 *               ├─ schedules ──▶ one JVM: agent | the JDK's scheduler | Quartz
 *               ├─ tasks ──────▶ two JVMs: control center ⇄ agent  | raw gRPC ⇄ raw gRPC; one JVM: agent | thread pool
 *               └─ idle ───────▶ two JVMs: agent with metrics ─▶ control center | a JVM that does nothing
 * </pre>
 *
 * <p>Every {@code …Process} is the main class of a child JVM. Each side of a comparison has JVMs of its own, so that neither
 * runs code that was compiled for the other.
 */
@NullMarked
package dev.outpost.benchmarks;

import org.jspecify.annotations.NullMarked;
