/**
 * The transport over gRPC: one bidirectional stream per connection, and its server side.
 *
 * <pre>
 *   GrpcTransport ─open─▶ GrpcConnection ── HTTP/2 stream ──▶ AgentService.Connect ─▶ GrpcServerConnection ─▶ Acceptor
 *                          new channel each                       (GrpcTransportServer)
 * </pre>
 *
 * <p>Messages are encoded by the core's own codec straight into gRPC's buffers; no generated class and no protobuf runtime
 * is on the class path of a host. The contract for others is {@code outpost/agent/v1/agent.proto} in this jar. Everything of
 * gRPC and Netty stays behind these classes.
 */
@NullMarked
package dev.outpost.agent.transport.grpc;

import org.jspecify.annotations.NullMarked;
