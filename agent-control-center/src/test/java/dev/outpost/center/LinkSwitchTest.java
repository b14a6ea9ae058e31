package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.testkit.FaultProxy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent that takes another way to its control center at each attempt: tasks, acknowledgements and streams go with it. */
@Timeout(60)
class LinkSwitchTest {

    private static final List<Wires> WAYS = List.of(Wires.GRPC, Wires.GRPC);

    @TempDir
    private Path directory;

    @Test
    void switch_atEveryCut_losesAndDoublesNothing() throws Exception {
        try (LinkRig rig = LinkRig.start(WAYS, directory)) {
            for (int i = 0; i < 6; i++) {
                long before = rig.lost();
                rig.each(FaultProxy::cut);
                rig.awaitLoss(before);
                rig.awaitProgress();
            }
            assertThat(rig.connections()).as("each way was taken").allMatch(count -> count >= 3);
            rig.verify();
        }
    }

    @Test
    void switch_whileFaultsComeAtRandom_losesAndDoublesNothing() throws Exception {
        RandomFaults.run(WAYS, directory);
    }
}
