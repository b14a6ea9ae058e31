/**
 * Attributes: the typed key-value pairs that log records and metric points carry.
 *
 * <p>They follow the <a href="https://opentelemetry.io/docs/specs/otel/common/#attribute">OpenTelemetry attribute</a>
 * model, restricted to the four primitive types.
 */
@NullMarked
package dev.outpost.agent.attribute;

import org.jspecify.annotations.NullMarked;
