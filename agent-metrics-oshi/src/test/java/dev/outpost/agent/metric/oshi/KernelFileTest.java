package dev.outpost.agent.metric.oshi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelFileTest {

    private final Path file;
    private final KernelFile reader = new KernelFile();

    KernelFileTest(@TempDir Path directory) {
        file = directory.resolve("file");
    }

    @Test
    void number_inARow_eachByItsPlace() throws IOException {
        load("50000 100000\n");

        assertThat(reader.number(0)).isEqualTo(50_000);
        assertThat(reader.number(1)).isEqualTo(100_000);
        assertThat(reader.number(2)).isEqualTo(KernelFile.ABSENT);
    }

    @Test
    void number_max_unlimited() throws IOException {
        load("max 100000\n");

        assertThat(reader.number(0)).isEqualTo(KernelFile.UNLIMITED);
        assertThat(reader.number(1)).isEqualTo(100_000);
    }

    @Test
    void number_negative_absent() throws IOException {
        load("-1\n");

        assertThat(reader.number(0)).isEqualTo(KernelFile.ABSENT);
    }

    @Test
    void number_withoutLineEnd_read() throws IOException {
        load("42");

        assertThat(reader.number(0)).isEqualTo(42);
    }

    @Test
    void number_noFile_absent() throws IOException {
        load("42");
        Files.delete(file);

        assertThat(reader.load(file.toFile()).number(0)).isEqualTo(KernelFile.ABSENT);
    }

    @Test
    void numberOf_keyThatBeginsAnother_theWholeKey() throws IOException {
        load("nr_periods_more 1\nnr_periods 2\nx nr_periods 3\n");

        assertThat(reader.numberOf(KernelFile.key("nr_periods"))).isEqualTo(2);
    }

    @Test
    void numberOf_unknownOrTruncated_absent() throws IOException {
        load("nr_periods 2\nnr_throttled");

        assertThat(reader.numberOf(KernelFile.key("nr_burst"))).isEqualTo(KernelFile.ABSENT);
        assertThat(reader.numberOf(KernelFile.key("nr_throttled"))).isEqualTo(KernelFile.ABSENT);
    }

    private void load(String content) throws IOException {
        Files.writeString(file, content);
        reader.load(file.toFile());
    }
}
