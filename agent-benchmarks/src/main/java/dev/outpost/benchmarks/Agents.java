package dev.outpost.benchmarks;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentState;

/** Waiting for an agent. */
final class Agents {

    private static final long PATIENCE_MILLIS = 30_000;

    private Agents() {}

    /** Waits until the control center has let the agent in. */
    static void awaitOnline(Agent agent) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        while (agent.state() != AgentState.ONLINE) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("the agent is " + agent.state() + " after " + PATIENCE_MILLIS + " ms");
            }
            Thread.sleep(10);
        }
    }
}
