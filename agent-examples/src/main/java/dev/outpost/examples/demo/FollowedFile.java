package dev.outpost.examples.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * Follows a growing text file line by line, from its end at the first look. A file that became shorter was truncated or
 * replaced, and is read from its beginning. Used by one thread.
 */
final class FollowedFile {

    private static final int LONGEST_LINE = 16 * 1024;

    private final Path file;
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
    private final ByteBuffer chunk = ByteBuffer.allocate(64 * 1024);
    private long position;

    FollowedFile(Path file, boolean fromStart) throws IOException {
        this.file = file;
        if (!fromStart) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                position = channel.size();
            }
        }
    }

    Path file() {
        return file;
    }

    /**
     * Passes all lines on that were completed since the last call.
     *
     * @return how many
     */
    int poll(Consumer<String> lines) throws IOException {
        int count = 0;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() < position) {
                position = 0;
                partial.reset();
            }
            while (channel.read(chunk.clear(), position) > 0) {
                position += chunk.flip().remaining();
                count += split(lines);
            }
        } catch (NoSuchFileException e) {
            return 0; // rotated away; the new one comes
        }
        return count;
    }

    private int split(Consumer<String> lines) {
        int count = 0;
        while (chunk.hasRemaining()) {
            byte b = chunk.get();
            if (b != '\n') {
                partial.write(b);
            }
            if (b == '\n' || partial.size() >= LONGEST_LINE) {
                lines.accept(partial.toString(StandardCharsets.UTF_8));
                partial.reset();
                count++;
            }
        }
        return count;
    }
}
