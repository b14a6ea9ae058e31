/**
 * What is said: the typed messages between agent and control center, and their binary form.
 *
 * <p>The contract is {@code outpost/agent/v1/agent.proto} in the gRPC transport's jar, where every field is explained;
 * the records here mirror it. A message travels in an {@link dev.outpost.agent.protocol.Envelope} that numbers and
 * stamps it. {@link dev.outpost.agent.protocol.MessageCodec} turns envelopes into bytes and back without a protobuf
 * runtime; tests hold it equal to the classes generated from the contract.
 */
@NullMarked
package dev.outpost.agent.protocol;

import org.jspecify.annotations.NullMarked;
