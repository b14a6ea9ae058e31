/**
 * Benchmarks against named peers: {@link dev.outpost.benchmarks.Benchmarks} runs them from the command line.
 *
 * <pre>
 *   Benchmarks ─┬─ publish ────▶ JMH: Outpost | OpenTelemetry SDK
 *               ├─ throughput ─▶ two JVMs: agent ═▶ control center | raw gRPC ═▶ raw gRPC
 *               ├─ latency ────▶ two JVMs: control center ⇄ agent  | raw gRPC ⇄ raw gRPC
 *               └─ idle ───────▶ two JVMs: agent with metrics ─▶ control center | a JVM that does nothing
 * </pre>
 *
 * <p>Every {@code …Process} is the main class of a child JVM. Each side of a comparison has JVMs of its own, so that neither
 * runs code that was compiled for the other.
 */
@NullMarked
package dev.outpost.benchmarks;

import org.jspecify.annotations.NullMarked;
