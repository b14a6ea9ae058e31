package dev.outpost.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.outpost.agent.internal.spool.FuzzSpoolFiles;
import dev.outpost.agent.transport.websocket.FuzzJson;
import dev.outpost.center.internal.FuzzGunzip;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Decoders fed by Jazzer, which looks for inputs that lead somewhere new. In short all of them in one process; each in one of
 * its own, for so many seconds, when the system property {@code outpost.fuzz.seconds} says how many. What it finds it prints,
 * with the input that leads there.
 */
class FuzzTest {

    private static final String LONG = System.getProperty("outpost.fuzz.seconds", "");
    private static final String SHORT = "15";
    private static final String MOST_BYTES = "4096";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            classes = {
                FuzzAgentMessages.class,
                FuzzCenterMessages.class,
                FuzzOtlp.class,
                FuzzJson.class,
                FuzzCron.class,
                FuzzTlsFiles.class,
                FuzzSpoolFiles.class,
                FuzzGunzip.class
            })
    void decoder_anyInput_keepsWhatItPromises(Class<?> target) throws IOException, InterruptedException {
        assumeThat(LONG).as("-Doutpost.fuzz.seconds").isNotEmpty();
        fuzz(target, LONG);
    }

    @Test
    void decoders_anyInputForAMoment_keepWhatTheyPromise() throws IOException, InterruptedException {
        fuzz(FuzzEverything.class, SHORT);
    }

    private void fuzz(Class<?> target, String seconds) throws IOException, InterruptedException {
        assumeThat(System.getProperty("os.name").toLowerCase(Locale.ROOT))
                .as("the fuzzer brings native code for Linux")
                .contains("linux");
        Path corpus = Files.createDirectory(directory.resolve("corpus"));
        List<byte[]> seeds = seeds(target);
        for (int i = 0; i < seeds.size(); i++) {
            Files.write(corpus.resolve("seed-" + i), seeds.get(i));
        }
        Process fuzzer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+EnableDynamicAgentLoading",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + target.getName(),
                        "--instrumentation_includes=dev.outpost.**",
                        "-max_total_time=" + seconds,
                        "-max_len=" + MOST_BYTES,
                        "-timeout=20",
                        "-rss_limit_mb=0",
                        corpus.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output;
        try (InputStream told = fuzzer.getInputStream()) {
            output = new String(told.readAllBytes(), StandardCharsets.UTF_8);
        }

        assertThat(fuzzer.waitFor()).as(output).isZero();
        assertThat(output).as("that it ran at all").contains("DONE");
    }

    private static List<byte[]> seeds(Class<?> target) throws IOException {
        if (target == FuzzEverything.class) {
            List<byte[]> seeds = new ArrayList<>();
            Seeds.ofAgents().forEach(seed -> seeds.add(FuzzEverything.forTarget(0, seed)));
            Seeds.ofCenters().forEach(seed -> seeds.add(FuzzEverything.forTarget(1, seed)));
            Seeds.ofJson().forEach(seed -> seeds.add(FuzzEverything.forTarget(3, seed)));
            return seeds;
        }
        return target == FuzzAgentMessages.class
                ? Seeds.ofAgents()
                : target == FuzzCenterMessages.class
                        ? Seeds.ofCenters()
                        : target == FuzzJson.class ? Seeds.ofJson() : List.of();
    }
}
