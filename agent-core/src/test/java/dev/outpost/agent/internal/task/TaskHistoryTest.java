package dev.outpost.agent.internal.task;

import dev.outpost.agent.fixture.Cases;
import org.junit.jupiter.api.Test;

/**
 * Random histories of tasks. Many: {@code mvn test -pl agent-core -Dtest=TaskHistoryTest -Doutpost.property.cases=10000}; one:
 * {@code -Doutpost.property.cases=1 -Doutpost.property.seed=<the seed of the failure>}.
 */
class TaskHistoryTest {

    @Test
    void randomHistories_everyTaskEndsOnceAndNoAttemptRunsTwice() {
        Cases.check(400, random -> new TaskHistory(random).run());
    }
}
