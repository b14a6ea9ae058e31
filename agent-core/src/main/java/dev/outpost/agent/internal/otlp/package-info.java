/**
 * Logs and metrics in the protobuf form of OTLP 1.x, written without allocation and without a protobuf runtime; tests hold
 * it equal to the generated OTLP classes, byte for byte.
 *
 * <p>Source: {@code opentelemetry/proto/logs/v1/logs.proto}, {@code metrics/v1/metrics.proto}, {@code common/v1/common.proto}
 * of the OpenTelemetry protocol.
 */
@NullMarked
package dev.outpost.agent.internal.otlp;

import org.jspecify.annotations.NullMarked;
