/** The place of the WebSocket transport. Nothing is here yet: agents use the gRPC transport. */
@NullMarked
package dev.outpost.agent.transport.websocket;

import org.jspecify.annotations.NullMarked;
