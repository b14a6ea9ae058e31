package dev.outpost.center;

import static dev.outpost.center.AgentSelector.hasLabel;
import static dev.outpost.center.AgentSelector.id;
import static dev.outpost.center.AgentSelector.label;
import static dev.outpost.center.AgentSelector.labelIn;
import static dev.outpost.center.AgentSelector.taskType;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.center.AgentInfo.Connection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AgentSelectorTest {

    private static final List<AgentInfo> FLEET = List.of(
            agent("a-1", Map.of("region", "eu", "canary", ""), List.of("patch", "scan"), Connection.CONNECTED),
            agent("a-2", Map.of("region", "us"), List.of("patch"), Connection.CONNECTED),
            agent("a-3", Map.of("region", "eu"), List.of(), Connection.LOST),
            agent("a-4", Map.of(), List.of("patch"), Connection.LOST));

    private static AgentInfo agent(String id, Map<String, String> labels, List<String> types, Connection connection) {
        return new AgentInfo(id, "i", "v", labels, types, connection, "", Instant.EPOCH, Instant.EPOCH, null);
    }

    private static Stream<String> selectedBy(AgentSelector selector) {
        return FLEET.stream().filter(selector::matches).map(AgentInfo::id);
    }

    @Test
    void matches_simple_selectsWhatItSays() {
        assertThat(selectedBy(AgentSelector.all())).containsExactly("a-1", "a-2", "a-3", "a-4");
        assertThat(selectedBy(id("a-2"))).containsExactly("a-2");
        assertThat(selectedBy(id("a-2", "a-4", "a-9"))).containsExactly("a-2", "a-4");
        assertThat(selectedBy(label("region", "eu"))).containsExactly("a-1", "a-3");
        assertThat(selectedBy(labelIn("region", Set.of("us", "asia")))).containsExactly("a-2");
        assertThat(selectedBy(hasLabel("canary"))).containsExactly("a-1");
        assertThat(selectedBy(taskType("patch"))).containsExactly("a-1", "a-2", "a-4");
        assertThat(selectedBy(AgentSelector.connection(Connection.LOST))).containsExactly("a-3", "a-4");
    }

    @Test
    void matches_composed_selectsByAllParts() {
        assertThat(selectedBy(label("region", "eu").and(taskType("patch")))).containsExactly("a-1");
        assertThat(selectedBy(label("region", "us").or(id("a-4")))).containsExactly("a-2", "a-4");
        assertThat(selectedBy(hasLabel("region").not())).containsExactly("a-4");
        assertThat(selectedBy(AgentSelector.all()
                        .and(label("region", "eu").or(hasLabel("x")).not())))
                .containsExactly("a-2", "a-4");
    }

    @Test
    void toString_composed_readsAsItIsMeant() {
        assertThat(label("region", "eu").and(id("b", "a").not().or(taskType("patch"))))
                .hasToString("(label region = eu and (not (id in [a, b]) or task type patch))");
        assertThat(labelIn("tier", Set.of("2", "1")).and(hasLabel("x")))
                .hasToString("(label tier in [1, 2] and label x)");
    }
}
