package dev.outpost.benchmarks;

import dev.outpost.center.Authenticator;
import dev.outpost.center.ControlCenter;

/** A control center for agents that share one certificate; tells what it counted when it ends. */
final class FleetCenterProcess {

    private FleetCenterProcess() {}

    public static void main(String[] arguments) throws Exception {
        MemoryWatch memory = MemoryWatch.start();
        Link link = Link.of(arguments);
        try (ControlCenter center = ControlCenter.builder()
                .endpoint(link.endpoint(Integer.parseInt(arguments[2])))
                .authenticator(Authenticator.everybody())
                .build()) {
            center.start();
            Parent.tell("port", center.port());
            Parent.awaitEnd();
            System.gc();
            Parent.tell("figures", memory.into(new Figures()));
        }
    }
}
