package dev.outpost.center;

/** Faults of the network under WebSocket. */
class WebSocketLinkFaultsTest extends LinkFaultsTest {

    @Override
    Wires wires() {
        return Wires.WEBSOCKET;
    }
}
