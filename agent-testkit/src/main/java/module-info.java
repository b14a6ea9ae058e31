/** Contract tests for every SPI, an in-memory transport and a clock that tests move by hand. */
@SuppressWarnings("requires-automatic") // JUnit's and AssertJ's own dependencies
module dev.outpost.agent.testkit {
    requires transitive dev.outpost.agent;
    requires transitive org.junit.jupiter.api;
    requires transitive org.assertj.core;
    requires static org.jspecify;

    exports dev.outpost.agent.testkit;
}
