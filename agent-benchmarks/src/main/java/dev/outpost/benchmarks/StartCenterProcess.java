package dev.outpost.benchmarks;

import dev.outpost.center.AgentInfo;
import dev.outpost.center.CenterListener;
import dev.outpost.center.ControlCenter;

/** A control center that tells of the first heartbeat of each connection. */
final class StartCenterProcess implements CenterListener {

    /** Of one agent at a time, whose callbacks come one after the other. */
    private boolean first;

    private StartCenterProcess() {}

    public static void main(String[] arguments) throws Exception {
        try (ControlCenter center = ControlCenter.builder()
                .endpoint(Link.of(arguments).endpoint())
                .listener(new StartCenterProcess())
                .build()) {
            center.start();
            Parent.tell("port", center.port());
            Parent.awaitEnd();
        }
    }

    @Override
    public void onConnected(AgentInfo agent) {
        first = true;
    }

    @Override
    public void onHeartbeat(AgentInfo agent) {
        if (first) {
            first = false;
            Parent.tell("accepted", "");
        }
    }
}
