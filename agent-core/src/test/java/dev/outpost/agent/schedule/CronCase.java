package dev.outpost.agent.schedule;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A named case of the corpus: what an expression answers, and who says so.
 *
 * <p>The answers were worked out from the rule and the calendar, not by running the class that is tested; {@link
 * CronCorpusTest} has {@link CronOracle} check all of them that it can.
 *
 * @param firings the instants that follow {@code after} one by one; empty when there is none
 */
record CronCase(String name, String expression, ZoneId zone, Instant after, List<Instant> firings, String source) {

    private static final List<String> FILES =
            List.of("fields.cases", "days.cases", "clock-changes.cases", "reported.cases");
    private static final int COLUMNS = 6;

    /** The whole corpus. */
    static Stream<CronCase> all() {
        return FILES.stream().flatMap(CronCase::read);
    }

    private static Stream<CronCase> read(String file) {
        try (InputStream content = CronCase.class.getResourceAsStream(file)) {
            String text = new String(Objects.requireNonNull(content, file).readAllBytes(), StandardCharsets.UTF_8);
            return text
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(CronCase::parse)
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    private static CronCase parse(String line) {
        List<String> columns =
                Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
        if (columns.size() != COLUMNS) {
            throw new IllegalArgumentException(COLUMNS + " columns expected: " + line);
        }
        String firings = columns.get(4);
        return new CronCase(
                columns.get(0),
                columns.get(1),
                ZoneId.of(columns.get(2)),
                instant(columns.get(3)),
                firings.equals("never")
                        ? List.of()
                        : Arrays.stream(firings.split(",", -1))
                                .map(CronCase::instant)
                                .toList(),
                columns.get(5));
    }

    private static Instant instant(String text) {
        return OffsetDateTime.parse(text.strip()).toInstant();
    }

    @Override
    public String toString() {
        return "%s ('%s' in %s after %s; %s)".formatted(name, expression, zone, after, source);
    }
}
