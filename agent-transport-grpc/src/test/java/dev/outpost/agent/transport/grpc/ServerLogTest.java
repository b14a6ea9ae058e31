package dev.outpost.agent.transport.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.transport.ServerLog;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServerLogTest {

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private long now;
    private final ServerLog log = new ServerLog("dev.outpost.agent.transport.test", () -> now);

    @BeforeEach
    void catchWhatIsLogged() {
        System.setErr(new PrintStream(written, true, UTF_8));
    }

    @AfterEach
    void giveItBack() {
        System.setErr(before);
    }

    @Test
    void warn_oftenOfOneKind_writesTenLinesAMinuteAndTheNumberLeftOut() {
        for (int i = 0; i < 1_000; i++) {
            log.warn("test.often", "A", "number " + i);
        }
        log.warn("test.often", "B", "of another kind");
        assertThat(lines()).hasSize(11);
        assertThat(lines().get(9)).endsWith("event=test.often kind=A number 9");
        assertThat(lines().get(10)).endsWith("event=test.often kind=B of another kind");
        now += Duration.ofMinutes(1).toNanos();
        log.warn("test.often", "A", "again");
        log.warn("test.often", "A", "once more");
        assertThat(lines().get(11)).endsWith("again (and 990 more like this before)");
        assertThat(lines().get(12)).endsWith("once more");
    }

    @Test
    void warn_whatAPeerSays_cannotForgeLinesOrFillTheDisk() {
        log.warn("test.said", "A", "evil\nevent=forged\u001b[2J" + "x".repeat(10_000));
        assertThat(lines()).hasSize(1);
        assertThat(lines().get(0)).contains("evil?event=forged?[2J").hasSizeLessThan(800);
    }

    private List<String> lines() {
        return written.toString(UTF_8)
                .lines()
                .filter(line -> line.contains("event=test."))
                .toList();
    }
}
