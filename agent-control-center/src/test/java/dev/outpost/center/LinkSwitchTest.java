package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.testkit.FaultProxy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent with two ways to its control center: tasks, acknowledgements and streams go with it from one to the other. */
@Timeout(60)
class LinkSwitchTest {

    /** gRPC where it can be had, and what passes gateways that know nothing but HTTP/1.1. */
    private static final List<Wires> WAYS = List.of(Wires.GRPC, Wires.WEBSOCKET_JSON);

    @TempDir
    private Path directory;

    @Test
    void switch_whateverWayIsCutOff_losesAndDoublesNothing() throws Exception {
        try (LinkRig rig = LinkRig.start(WAYS, directory)) {
            for (int i = 0; i < 6; i++) {
                long before = rig.lost();
                FaultProxy taken = rig.proxies().get(i % 2);
                FaultProxy other = rig.proxies().get((i + 1) % 2);
                long onTheOther = other.accepted();
                taken.refuse();
                taken.cut();
                rig.awaitLoss(before);
                rig.awaitProgress();
                assertThat(other.accepted()).as("the other way was taken").isGreaterThan(onTheOther);
                taken.heal();
            }
            rig.verify();
        }
    }

    @Test
    void switch_whileFaultsComeAtRandom_losesAndDoublesNothing() throws Exception {
        RandomFaults.run(WAYS, directory);
    }
}
