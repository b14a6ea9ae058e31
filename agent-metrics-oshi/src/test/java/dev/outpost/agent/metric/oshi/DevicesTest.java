package dev.outpost.agent.metric.oshi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DevicesTest {

    private final FakeNanos time = new FakeNanos();
    private final List<String> plugged = new ArrayList<>(List.of("a", "b"));
    private final Set<String> updated = new HashSet<>();
    private final Devices<String> devices = new Devices<>("things", () -> List.copyOf(plugged), this::update, time);

    private boolean update(String device) {
        updated.add(device);
        return plugged.contains(device);
    }

    @Test
    void upToDate_justListed_notUpdatedAgain() throws IOException {
        assertThat(devices.upToDate()).containsExactly("a", "b");
        assertThat(updated).isEmpty();
    }

    @Test
    void upToDate_betweenListings_updated() throws IOException {
        devices.upToDate();

        assertThat(devices.upToDate()).containsExactly("a", "b");
        assertThat(updated).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void upToDate_deviceGone_leftOutAtOnce() throws IOException {
        devices.upToDate();
        plugged.remove("a");

        assertThat(devices.upToDate()).containsExactly("b");
    }

    @Test
    void upToDate_deviceBackBeforeTheNextListing_thereAgain() throws IOException {
        devices.upToDate();
        plugged.remove("a");
        devices.upToDate();
        plugged.add("a");

        assertThat(devices.upToDate()).containsExactly("a", "b");
    }

    @Test
    void upToDate_deviceNew_thereAfterTheNextListing() throws IOException {
        devices.upToDate();
        plugged.add("c");
        assertThat(devices.upToDate()).doesNotContain("c");
        time.pass(Duration.ofSeconds(30));

        assertThat(devices.upToDate()).containsExactly("a", "b", "c");
    }

    @Test
    void upToDate_tooMany_theFirstOnes() throws IOException {
        plugged.clear();
        IntStream.range(0, 1_000).mapToObj(i -> "veth" + i).forEach(plugged::add);

        assertThat(devices.upToDate()).hasSize(64).startsWith("veth0").endsWith("veth63");
    }
}
