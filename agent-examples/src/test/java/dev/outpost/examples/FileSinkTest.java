package dev.outpost.examples;

import dev.outpost.agent.log.LogSink;
import dev.outpost.agent.testkit.LogSinkContractTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** The README's log sink keeps the contract. */
class FileSinkTest extends LogSinkContractTest {

    @TempDir
    private Path directory;

    @Override
    protected LogSink newSink() {
        return new CustomParts.FileSink(file());
    }

    @Override
    protected List<String> received() throws IOException {
        return Files.readAllLines(file());
    }

    /** A directory in its place is a file that cannot be written. */
    @Override
    protected boolean reachable(boolean reachable) throws IOException {
        if (reachable) {
            Files.delete(file());
        } else {
            Files.createDirectory(file());
        }
        return true;
    }

    private Path file() {
        return directory.resolve("records.txt");
    }
}
