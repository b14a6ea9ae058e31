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

/** Holds the snippets of the README and of the pages under docs equal to the code that is compiled here. */
class ReadmeTest {

    private static final Pattern IN_PAGE =
            Pattern.compile("<!-- snippet: ([^>]+) -->\\n```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern IN_CODE =
            Pattern.compile("// snippet: ([^\\n]+)\\n(.*?)\\n *// end of snippet", Pattern.DOTALL);

    @Test
    void snippets_shown_areThoseOfTheExamples() throws IOException {
        assertThat(snippetsOf(IN_PAGE, pages())).isNotEmpty().isEqualTo(snippetsOf(IN_CODE, sources()));
    }

    @Test
    void javaBlocks_shown_areAllSnippets() throws IOException {
        assertThat(Pattern.compile("```java").matcher(pages()).results().count())
                .isEqualTo(IN_PAGE.matcher(pages()).results().count());
    }

    private static String pages() throws IOException {
        return Files.readString(Path.of("..", "README.md")) + joined(Path.of("..", "docs"), ".md");
    }

    private static String sources() throws IOException {
        return joined(Path.of("src", "main", "java", "dev", "outpost", "examples"), ".java");
    }

    /** All files of a directory whose names end so. */
    private static String joined(Path directory, String end) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            StringBuilder all = new StringBuilder();
            for (Path file :
                    files.filter(path -> path.toString().endsWith(end)).sorted().toList()) {
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
