package dev.outpost.agent.internal.base;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.ManualClock;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ThrottledLogTest {

    private final ManualClock clock = new ManualClock();
    private final ThrottledLog log = new ThrottledLog(clock);
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream standardError = System.err;

    @BeforeEach
    void catchWhatIsLogged() {
        System.setErr(new PrintStream(written, true, UTF_8));
    }

    @AfterEach
    void letGo() {
        System.setErr(standardError);
    }

    @Test
    void error_first_isLoggedAtOnce() {
        log.error("disk.full", "no room", null);

        assertThat(lines())
                .singleElement()
                .asString()
                .contains("event=disk.full no room")
                .doesNotContain("more");
    }

    @Test
    void error_withinAMinute_isLeftOutAndCountedInTheNextLine() {
        log.error("disk.full", "no room", null);
        clock.advance(Duration.ofSeconds(59));
        log.error("disk.full", "no room", null);
        log.error("disk.full", "no room", null);
        assertThat(lines()).hasSize(1);

        clock.advance(Duration.ofSeconds(1));
        log.error("disk.full", "no room", null);
        clock.advance(Duration.ofMinutes(1));
        log.error("disk.full", "no room", null);

        assertThat(lines()).hasSize(3);
        assertThat(lines().get(1)).contains("(and 2 more since the last such line)");
        assertThat(lines().get(2)).doesNotContain("more");
    }

    @Test
    void error_otherEvent_isNotHeldBack() {
        log.error("disk.full", "no room", null);
        log.error("disk.gone", "no disk", null);

        assertThat(lines()).hasSize(2);
    }

    @Test
    void error_moreKindsThanAreKept_goesOnWithBoundedMemory() {
        for (int i = 0; i < 3_000; i++) {
            log.error("kind." + i, "x", null);
        }

        assertThat(lines()).hasSize(3_000);
    }

    private List<String> lines() {
        return written.toString(UTF_8).lines().toList();
    }
}
