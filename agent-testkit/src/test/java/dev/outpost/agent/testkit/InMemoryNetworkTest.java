package dev.outpost.agent.testkit;

import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.TransportServer;
import org.junit.jupiter.api.AfterEach;

class InMemoryNetworkTest extends TransportContractTest {

    private final InMemoryNetwork network = new InMemoryNetwork();

    @Override
    protected TransportServer newServer() {
        return network.newServer();
    }

    @Override
    protected Transport newTransport(TransportServer server) {
        return network.newTransport();
    }

    @AfterEach
    void closeNetwork() {
        network.close();
    }
}
