package dev.outpost.agent.internal.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which lock files are held in this process. POSIX drops a process's lock when any of its descriptors of that file is
 * closed, so one that is held must not even be opened a second time; and two copies of this class in two class loaders must
 * know of each other. So each is a system property of its own, a string as all of them: other values break programs that
 * list them.
 */
final class HeldLocks {

    private static final String PREFIX = "dev.outpost.spool.lock:";

    private HeldLocks() {}

    /** Registers {@code file}, unless it is registered. */
    static Optional<Closeable> tryHold(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        String name = PREFIX + (parent == null ? file : parent.toRealPath().resolve(file.getFileName()));
        return System.getProperties().putIfAbsent(name, "held") == null
                ? Optional.of(() -> System.getProperties().remove(name))
                : Optional.empty();
    }
}
