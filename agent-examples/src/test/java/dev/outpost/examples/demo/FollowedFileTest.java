package dev.outpost.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowedFileTest {

    @TempDir
    private Path directory;

    private final List<String> lines = new ArrayList<>();

    @Test
    void poll_lineInPieces_isPassedOnWhenComplete() throws IOException {
        Path file = write("a.log", "one\ntw");
        FollowedFile followed = new FollowedFile(file, true);
        assertThat(followed.poll(lines::add)).isEqualTo(1);
        append(file, "o\nthree\n");
        assertThat(followed.poll(lines::add)).isEqualTo(2);
        assertThat(lines).containsExactly("one", "two", "three");
        assertThat(followed.poll(lines::add)).isZero();
    }

    @Test
    void poll_existingContent_isLeftOutUnlessFromStart() throws IOException {
        Path file = write("b.log", "old\n");
        FollowedFile followed = new FollowedFile(file, false);
        append(file, "new\n");
        followed.poll(lines::add);
        assertThat(lines).containsExactly("new");
    }

    @Test
    void poll_fileTruncated_startsAgain() throws IOException {
        Path file = write("c.log", "first line\n");
        FollowedFile followed = new FollowedFile(file, true);
        followed.poll(lines::add);
        Files.writeString(file, "x\n");
        followed.poll(lines::add);
        assertThat(lines).containsExactly("first line", "x");
    }

    @Test
    void poll_fileGone_isPatient() throws IOException {
        Path file = write("d.log", "one\n");
        FollowedFile followed = new FollowedFile(file, true);
        Files.delete(file);
        assertThat(followed.poll(lines::add)).isZero();
        write("d.log", "two\n");
        followed.poll(lines::add);
        assertThat(lines).containsExactly("two");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }
}
