package dev.outpost.agent.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.Cases;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** {@link RetryDelay} and {@link ResultLimit}. */
class LimitsTest {

    private static final int MOST_OUTPUT = 64 * 1024;

    @Test
    void retryDelay_anyPolicyAndAttempt_isBetweenHalfAndTheWholeDoubledDelay() {
        Cases.check(5_000, random -> {
            Duration initial = Duration.ofMillis(random.nextInt(100_000));
            Duration max = initial.plusMillis(random.nextInt(10_000_000));
            int attempts = random.nextInt(1, 101);

            Duration delay = RetryDelay.of(new RetryPolicy(100, initial, max), attempts, random);

            Duration full = attempts > 20 && !initial.isZero()
                    ? max
                    : min(max, initial.multipliedBy(1L << Math.min(attempts - 1, 20)));
            assertThat(delay).isBetween(full.dividedBy(2), full);
        });
    }

    @Test
    void retryDelay_none_isZero() {
        assertThat(RetryDelay.of(RetryPolicy.NONE, 1, new SplittableRandom(1))).isZero();
    }

    @Test
    void cut_detailBeyondTheLimit_saysHowMuchIsMissing() {
        assertThat(ResultLimit.cut("x".repeat(4_000))).hasSize(4_000);
        assertThat(ResultLimit.cut("a".repeat(3_000) + "b".repeat(3_000)))
                .hasSizeLessThanOrEqualTo(4_000)
                .startsWith("aaa")
                .contains("… (2000 or more left out) …")
                .endsWith("bbb");
    }

    @Test
    void cut_outputWithinTheLimit_isLeftAsItIs() {
        Map<String, String> output = Map.of("k", "x".repeat(MOST_OUTPUT - 1));

        TaskResult result = TaskResult.succeeded(output);
        assertThat(ResultLimit.cut(result, MOST_OUTPUT)).isSameAs(result);
    }

    @Test
    void cut_outputBeyondTheLimit_isCutAndSaysByHowMuch() {
        Cases.check(500, random -> {
            Map<String, String> output = new LinkedHashMap<>();
            int entries = random.nextInt(1, 6);
            for (int i = 0; i < entries; i++) {
                String key = i + "k".repeat(random.nextInt(10) * random.nextInt(4_000));
                output.put(key, "v".repeat(random.nextInt(100_000)));
            }
            int all = size(output);

            TaskResult result = ResultLimit.cut(TaskResult.succeeded(output), MOST_OUTPUT);
            Map<String, String> cut = new LinkedHashMap<>(((TaskResult.Succeeded) result).output());

            String missing = cut.remove("outpost.truncated_chars");
            assertThat(size(cut)).isEqualTo(all - (missing == null ? 0 : Integer.parseInt(missing)));
            assertThat(size(cut)).isLessThanOrEqualTo(MOST_OUTPUT);
            assertThat(missing == null).isEqualTo(all <= MOST_OUTPUT);
            assertThat(output).containsAllEntriesOf(onlyWhole(cut));
        });
    }

    private static Map<String, String> onlyWhole(Map<String, String> cut) {
        Map<String, String> whole = new LinkedHashMap<>(cut);
        whole.values().removeIf(value -> value.contains("left out"));
        return whole;
    }

    @Test
    void cut_pairsAtTheEdges_areNotSplit() {
        for (int most = 300; most < 400; most++) {
            String emoji = "\uD83D\uDE00".repeat(500);
            TaskResult cut = ResultLimit.cut(TaskResult.succeeded(Map.of("k", emoji)), most);
            String value = ((TaskResult.Succeeded) cut).output().getOrDefault("k", "");
            assertThat(new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                    .isEqualTo(value);
        }
    }

    private static int size(Map<String, String> map) {
        return map.entrySet().stream()
                .mapToInt(entry -> entry.getKey().length() + entry.getValue().length())
                .sum();
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
