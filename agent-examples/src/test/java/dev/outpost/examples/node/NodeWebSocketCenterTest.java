package dev.outpost.examples.node;

import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.websocket.WebSocketTransport;
import dev.outpost.agent.transport.websocket.WebSocketTransport.Form;

/** Over WebSocket, in JSON. */
class NodeWebSocketCenterTest extends NodeCenterTest {

    @Override
    String script() {
        return "websocket-center.mjs";
    }

    @Override
    Transport transport(int port) {
        return WebSocketTransport.to("ws://127.0.0.1:" + port + "/")
                .plaintext()
                .subprotocols(Form.JSON)
                .build();
    }
}
