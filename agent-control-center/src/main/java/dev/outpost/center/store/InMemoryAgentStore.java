package dev.outpost.center.store;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The agent store in memory. */
final class InMemoryAgentStore implements AgentStore {

    private final Map<String, AgentRecord> agents = new ConcurrentHashMap<>();

    @Override
    public void put(AgentRecord agent) {
        agents.put(agent.id(), agent);
    }

    @Override
    public List<AgentRecord> agents() {
        return List.copyOf(agents.values());
    }

    @Override
    public boolean mayBlock() {
        return false;
    }
}
