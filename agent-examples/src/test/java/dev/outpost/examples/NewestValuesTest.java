package dev.outpost.examples;

import dev.outpost.agent.metric.MetricSink;
import dev.outpost.agent.testkit.MetricSinkContractTest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The README's metric sink keeps the contract. */
class NewestValuesTest extends MetricSinkContractTest {

    private final Map<String, Double> values = new ConcurrentHashMap<>();

    @Override
    protected MetricSink newSink() {
        return new CustomParts.NewestValues(values);
    }

    @Override
    protected Map<String, Double> received() {
        return values;
    }
}
