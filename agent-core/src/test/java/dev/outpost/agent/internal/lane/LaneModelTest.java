package dev.outpost.agent.internal.lane;

import dev.outpost.agent.fixture.Cases;
import org.junit.jupiter.api.Test;

/** Lanes in random histories: whatever connection, disk and process do, every record is accounted for. */
class LaneModelTest {

    private static final int STEPS = 200;

    @Test
    void anyHistory_everyBatchIsDeliveredOnceOrCountedAsDropped() {
        Cases.check(500, random -> {
            LaneModel model = new LaneModel(random);
            for (int step = 0; step < STEPS; step++) {
                model.step();
            }
            model.finish();
        });
    }
}
