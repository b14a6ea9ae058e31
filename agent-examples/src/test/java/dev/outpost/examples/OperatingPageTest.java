package dev.outpost.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/operating.md complete: what the code counts and logs stands there. */
class OperatingPageTest {

    private static final List<String> MODULES =
            List.of("agent-core", "agent-control-center", "agent-transport-grpc", "agent-transport-websocket");

    /** A name, and the reason if it is written out; what is put together ends with a dot or a brace. */
    private static final Pattern COUNTED = Pattern.compile(
            "\\bcount(?:er)?\\(\\s*\"([a-z_.]+)(\\{\\w+}|\\{)?\"" + "(?:,\\s*\"([a-z_]+)\"\\)|(,)|[^,])");

    private static final Pattern LOGGED =
            Pattern.compile("event=([a-z_.]+)|\\blog\\.(?:warn|error)\\(\\s*\"([a-z_.]+)\"");

    @Test
    void page_hasEveryCounterOfTheSources() throws IOException {
        Set<String> names = new TreeSet<>();
        Matcher matcher = COUNTED.matcher(sources());
        while (matcher.find()) {
            String name = matcher.group(1);
            if (matcher.group(3) != null) {
                names.add(name + "{" + matcher.group(3) + "}");
            } else if (matcher.group(2) != null) {
                names.add(name + matcher.group(2));
            } else {
                names.add(name.endsWith(".") ? name : name + (matcher.group(4) == null ? "`" : ""));
            }
        }

        assertThat(names).contains("close.deadline`", "events.dropped{inbox_full}", "handshakes.failed{");
        assertThat(missing(names)).isEmpty();
    }

    @Test
    void page_hasEveryEventOfTheLog() throws IOException {
        Set<String> names = new TreeSet<>();
        Matcher matcher = LOGGED.matcher(sources());
        while (matcher.find()) {
            String name = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            names.add(name.endsWith(".") ? name : name + "`");
        }

        assertThat(names).contains("agent.degraded`", "sink.failed.", "server.handshake.failed`");
        assertThat(missing(names)).isEmpty();
    }

    private static List<String> missing(Set<String> names) throws IOException {
        String page = Files.readString(Path.of("..", "docs", "operating.md"));
        return names.stream().filter(name -> !page.contains("`" + name)).toList();
    }

    private static String sources() throws IOException {
        StringBuilder all = new StringBuilder();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
                for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                        .sorted()
                        .toList()) {
                    all.append(Files.readString(file));
                }
            }
        }
        return all.toString();
    }
}
