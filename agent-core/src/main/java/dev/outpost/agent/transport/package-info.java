/**
 * How it travels: the SPI between the session and a network.
 *
 * <pre>
 *   agent                                                       control center
 *   Transport.open(hello, listener) ──── link ────▶ TransportServer ─▶ Acceptor.onConnection(connection)
 *   Connection&lt;AgentMessage&gt;.trySend ───────────────▶ ConnectionListener&lt;AgentMessage&gt;.onMessage
 *   ConnectionListener&lt;CenterMessage&gt;.onMessage ◀──── Connection&lt;CenterMessage&gt;.trySend
 * </pre>
 *
 * <p>Transports move typed protocol messages, in order, both ways, and nothing else: sessions, retries and meaning are the
 * agent's. Every implementation passes the {@code TransportContractTest} of the testkit.
 */
@NullMarked
package dev.outpost.agent.transport;

import org.jspecify.annotations.NullMarked;
