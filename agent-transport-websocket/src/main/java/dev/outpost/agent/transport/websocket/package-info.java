/**
 * The transport over WebSocket (RFC 6455): the JDK's client for agents, and its server side for control centers, on Jetty.
 *
 * <pre>
 *   WebSocketTransport ─open─▶ Attempt ─▶ Link ◀─▶ AgentSocket ── HTTP/1.1 Upgrade ──▶ CenterSocket ◀─▶ Link ─▶ Acceptor
 *                              HttpClients         (java.net.http)                    (Jetty)        (WebSocketTransportServer)
 * </pre>
 *
 * <p>A {@code Link} is a connection of either side: bounded queues, demand, order, the end. Both libraries are a {@code Wire} to
 * it. What a message looks like is a {@code WireCodec}'s: the core's binary one, or {@code JsonCodec}. Neither side sends native
 * pings, as the session has heartbeats and a Ping of its own that say more; both answer them.
 *
 * <p>What an agent makes of a Close frame's code:
 *
 * <table>
 * <caption>Close codes</caption>
 * <tr><th>code</th><th>meaning</th><th>what to do next</th><th>fault</th></tr>
 * <tr><td>1000</td><td>normal: a drain, a planned change</td><td>RECONNECT</td><td>OTHER</td></tr>
 * <tr><td>1001, 1012</td><td>going away, service restart</td><td>RETRY_WITH_BACKOFF</td><td>OTHER</td></tr>
 * <tr><td>1011</td><td>internal error</td><td>RETRY_WITH_BACKOFF</td><td>OTHER</td></tr>
 * <tr><td>1013</td><td>try again later</td><td>RETRY_WITH_BACKOFF</td><td>BUSY</td></tr>
 * <tr><td>1002, 1007, 1009</td><td>we broke the protocol, or sent too much</td><td>RETRY_WITH_BACKOFF</td><td>PROTOCOL</td></tr>
 * <tr><td>1003</td><td>it does not take such messages</td><td>RETRY_RARELY</td><td>PROTOCOL</td></tr>
 * <tr><td>1005, 1006</td><td>no code, or no Close frame at all</td><td>RETRY_WITH_BACKOFF</td><td>LOST</td></tr>
 * <tr><td>1008, 4403</td><td>against a policy, not allowed</td><td>RETRY_RARELY</td><td>PERMISSION_DENIED</td></tr>
 * <tr><td>4401</td><td>credentials missing or wrong</td><td>RETRY_RARELY</td><td>UNAUTHENTICATED</td></tr>
 * <tr><td>other 4400 to 4499</td><td>do not come back soon</td><td>RETRY_RARELY</td><td>OTHER</td></tr>
 * <tr><td>4500 to 4599, any other</td><td>come back</td><td>RETRY_WITH_BACKOFF</td><td>OTHER</td></tr>
 * </table>
 *
 * <p>And of an answer to the handshake that is not 101:
 *
 * <table>
 * <caption>Handshake answers</caption>
 * <tr><th>status</th><th>what to do next</th><th>fault</th></tr>
 * <tr><td>401; 407 of a proxy</td><td>RETRY_RARELY</td><td>UNAUTHENTICATED</td></tr>
 * <tr><td>403</td><td>RETRY_RARELY</td><td>PERMISSION_DENIED</td></tr>
 * <tr><td>429, 503</td><td>RETRY_WITH_BACKOFF, after {@code Retry-After}</td><td>BUSY</td></tr>
 * <tr><td>other 5xx</td><td>RETRY_WITH_BACKOFF, after {@code Retry-After}</td><td>OTHER</td></tr>
 * <tr><td>other 4xx, 3xx, 2xx; 101 without a sub-protocol of ours</td><td>RETRY_RARELY</td><td>PROTOCOL</td></tr>
 * </table>
 */
@NullMarked
package dev.outpost.agent.transport.websocket;

import org.jspecify.annotations.NullMarked;
