package dev.outpost.agent.internal.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

class CountersTest {

    private final Counters counters = new Counters();

    @Test
    void value_neverCounted_isZeroAndMakesNoCounter() {
        assertThat(counters.value("nothing")).isZero();
        assertThat(counters.snapshot()).isEmpty();
    }

    @Test
    void counter_sameName_isTheSameCounter() {
        counters.counter("drops", "full").increment();
        counters.counter("drops{full}").add(2);

        assertThat(counters.value("drops{full}")).isEqualTo(3);
    }

    @Test
    void byReason_namesThatShareAPrefix_areToldApart() {
        counters.counter("drops").add(1);
        counters.counter("drops", "full").add(2);
        counters.counter("drops", "closed").add(3);
        counters.counter("drops.other", "full").add(4);
        counters.counter("dropsy{full}").add(5);

        assertThat(counters.byReason("drops")).containsExactly(entry("closed", 3L), entry("full", 2L));
        assertThat(counters.snapshot()).hasSize(5);
    }
}
