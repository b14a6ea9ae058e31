package dev.outpost.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the README's snippets equal to the code that is compiled here. */
class ReadmeTest {

    private static final Pattern IN_README =
            Pattern.compile("<!-- snippet: ([^>]+) -->\\n```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern IN_CODE =
            Pattern.compile("// snippet: ([^\\n]+)\\n(.*?)\\n *// end of snippet", Pattern.DOTALL);

    @Test
    void snippets_inReadme_areThoseOfTheExamples() throws IOException {
        Map<String, String> compiled = snippetsOf(IN_CODE, sources());
        Map<String, String> shown = snippetsOf(IN_README, Files.readString(Path.of("..", "README.md")));
        assertThat(shown).isNotEmpty().isEqualTo(compiled);
    }

    @Test
    void javaBlocks_inReadme_areAllSnippets() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        assertThat(Pattern.compile("```java").matcher(readme).results().count())
                .isEqualTo(IN_README.matcher(readme).results().count());
    }

    private static String sources() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src", "main", "java", "dev", "outpost", "examples"))) {
            StringBuilder all = new StringBuilder();
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                all.append(Files.readString(file));
            }
            return all.toString();
        }
    }

    private static Map<String, String> snippetsOf(Pattern pattern, String text) {
        Map<String, String> snippets = new LinkedHashMap<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            snippets.put(matcher.group(1).strip(), unindented(matcher.group(2)));
        }
        return snippets;
    }

    /** Without the indentation of the whole, which differs with the place. */
    private static String unindented(String block) {
        return block.stripIndent().strip();
    }
}
