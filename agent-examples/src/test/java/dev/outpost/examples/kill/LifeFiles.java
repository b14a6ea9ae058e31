package dev.outpost.examples.kill;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What one life of an agent process notes about itself, so that it can be held to it after its death. A killed process loses
 * nothing that it has given to the kernel, so no force is needed.
 *
 * <pre>
 *   life-n.begun    mapped: the last log record, and the last metric point, that it began to publish
 *   life-n.durable  8 bytes each: log records whose durable future had completed
 *   life-n.account  its last words, when it ended by itself: one account per lane
 *   life-n.out      what it printed
 * </pre>
 */
final class LifeFiles {

    private static final int BEGUN_BYTES = 16;

    private final Path directory;
    private final int life;

    LifeFiles(Path directory, int life) {
        this.directory = directory;
        this.life = life;
    }

    int life() {
        return life;
    }

    Path output() {
        return file("out");
    }

    Path durable() {
        return file("durable");
    }

    private Path file(String kind) {
        return directory.resolve("life-" + life + "." + kind);
    }

    // ---- written by the life --------------------------------------------------------------------------------------

    MappedByteBuffer mapBegun() throws IOException {
        try (FileChannel channel = FileChannel.open(
                file("begun"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, BEGUN_BYTES);
        }
    }

    FileChannel openDurable() throws IOException {
        return FileChannel.open(file("durable"), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    void writeAccounts(List<LaneFigures> lanes) throws IOException {
        Path unfinished = file("account.tmp");
        Files.write(unfinished, lanes.stream().map(LaneFigures::toLine).toList());
        Files.move(unfinished, file("account"), StandardCopyOption.ATOMIC_MOVE);
    }

    // ---- read afterwards ------------------------------------------------------------------------------------------

    long logsBegun() throws IOException {
        return begun().getLong(0);
    }

    long metricsBegun() throws IOException {
        return begun().getLong(8);
    }

    /** A life that was killed early has begun nothing. */
    private ByteBuffer begun() throws IOException {
        ByteBuffer none = ByteBuffer.allocate(BEGUN_BYTES);
        return Files.exists(file("begun")) && Files.size(file("begun")) == BEGUN_BYTES
                ? ByteBuffer.wrap(Files.readAllBytes(file("begun")))
                : none;
    }

    /** In the order of their completion. */
    List<Long> durableNumbers() throws IOException {
        List<Long> numbers = new ArrayList<>();
        if (Files.exists(file("durable"))) {
            ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file("durable")));
            while (all.remaining() >= Long.BYTES) {
                numbers.add(all.getLong());
            }
        }
        return numbers;
    }

    /** Empty when it was killed. */
    List<LaneFigures> accounts() throws IOException {
        return Files.exists(file("account"))
                ? Files.readAllLines(file("account"), StandardCharsets.UTF_8).stream()
                        .map(LaneFigures::ofLine)
                        .toList()
                : List.of();
    }
}
