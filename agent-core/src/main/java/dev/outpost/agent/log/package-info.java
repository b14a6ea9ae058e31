/**
 * What you publish: log records, the policy for a full ring, and the SPI for their destinations.
 *
 * <pre>
 *   any thread ──publish──▶ ring ──▶ batch ──▶ lane ──▶ control center
 *                            │                  ├─────▶ LogSink …
 *                            └ full: OverflowPolicy
 * </pre>
 *
 * <p>A record is encoded on the publishing thread as an OTLP {@code LogRecord}; nothing of the application is retained.
 */
@NullMarked
package dev.outpost.agent.log;

import org.jspecify.annotations.NullMarked;
