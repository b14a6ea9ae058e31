package dev.outpost.benchmarks;

import dev.outpost.center.ControlCenter;

/** A control center that acknowledges telemetry and forgets it. */
final class CenterProcess {

    private CenterProcess() {}

    public static void main(String[] arguments) throws Exception {
        try (ControlCenter center =
                ControlCenter.builder().endpoint(Link.of(arguments).endpoint()).build()) {
            center.start();
            Parent.tell("port", center.port());
            Parent.awaitEnd();
        }
    }
}
