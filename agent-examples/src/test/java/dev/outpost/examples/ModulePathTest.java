package dev.outpost.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The published modules work on the module path, too: in a JVM of their own, for this one has them on the class path. */
class ModulePathTest {

    private static final List<String> NOT_FOR_THE_MODULE_PATH =
            List.of("test-classes", "agent-examples", "junit", "opentest4j");

    @Test
    void agent_onModulePath_startsAndCloses() throws Exception {
        List<String> entries =
                Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator));
        String modules = entries.stream()
                .filter(entry -> NOT_FOR_THE_MODULE_PATH.stream().noneMatch(entry::contains))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--module-path",
                        modules,
                        "--add-modules",
                        "dev.outpost.center,dev.outpost.agent.metric.oshi",
                        "--class-path",
                        Path.of("target", "test-classes").toString(),
                        ModulePathProbe.class.getName())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("modules work");
    }
}
