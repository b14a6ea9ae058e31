package dev.outpost.agent.internal.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which lock files are held in this process. POSIX drops a process's lock when any of its descriptors of that file is
 * closed, so one that is held must not even be opened a second time; and two copies of this class in two class loaders must
 * know of each other, which is why the register hangs on the system properties and holds nothing but classes of the JDK.
 */
final class HeldLocks {

    private static final String PROPERTY = "dev.outpost.spool.locks";

    private HeldLocks() {}

    /** Registers {@code file}, unless it is registered. */
    static Optional<Closeable> tryHold(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        String name = (parent == null ? file : parent.toRealPath().resolve(file.getFileName())).toString();
        Map<String, Boolean> held = register();
        return held.putIfAbsent(name, Boolean.TRUE) == null ? Optional.of(() -> held.remove(name)) : Optional.empty();
    }

    @SuppressWarnings("unchecked") // nobody else uses the property
    private static Map<String, Boolean> register() {
        return (Map<String, Boolean>)
                System.getProperties().computeIfAbsent(PROPERTY, p -> new ConcurrentHashMap<String, Boolean>());
    }
}
