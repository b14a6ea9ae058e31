package dev.outpost.agent.internal.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The real file system. */
public final class DiskFiles implements SpoolFiles {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent");

    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ);
    private static final Set<OpenOption> CREATE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    private static final Set<OpenOption> WRITE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);

    @Override
    public void createDirectories(Path directory) throws IOException {
        Path made = directory.toAbsolutePath();
        Deque<Path> changed = new ArrayDeque<>();
        for (Path at = made; at != null && !Files.isDirectory(at); at = at.getParent()) {
            changed.push(at);
        }
        if (changed.isEmpty()) {
            return;
        }
        Files.createDirectories(made, forOwner(made, "rwx------"));
        for (Path created : changed) {
            Path parent = created.getParent();
            if (parent != null) {
                forceIfAllowed(parent);
            }
        }
    }

    private void forceIfAllowed(Path directory) {
        try {
            forceDirectory(directory);
        } catch (IOException e) {
            LOG.debug("event=spool.force.failed a directory that is not the spool's could not be forced", e);
        }
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(found::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(found);
        return found;
    }

    @Override
    public OpenFile create(Path file) throws IOException {
        return new ChannelFile(file, CREATE, forOwner(file, "rw-------"));
    }

    @Override
    public OpenFile openToRead(Path file) throws IOException {
        return new ChannelFile(file, READ);
    }

    @Override
    public OpenFile openToWrite(Path file) throws IOException {
        return new ChannelFile(file, WRITE, forOwner(file, "rw-------"));
    }

    @Override
    public void replace(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        if (!isPosix(directory)) {
            return; // elsewhere a directory cannot be opened; its entries are the file system's business
        }
        try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }

    @Override
    public long totalBytes(Path path) throws IOException {
        return Files.getFileStore(path).getTotalSpace();
    }

    @Override
    public Optional<Closeable> tryLock(Path file) throws IOException {
        Optional<Closeable> registered = HeldLocks.tryHold(file);
        if (registered.isEmpty()) {
            return Optional.empty();
        }
        FileChannel channel = null;
        FileLock lock = null;
        try {
            channel = FileChannel.open(file, WRITE, forOwner(file, "rw-------"));
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return Optional.empty(); // held in this process by somebody who does not know the register
        } finally {
            if (lock == null) {
                closeQuietly(channel);
                registered.get().close();
            }
        }
        FileChannel locked = channel;
        return lock == null
                ? Optional.empty()
                : Optional.of(() -> {
                    closeQuietly(locked); // releases the lock
                    registered.get().close();
                });
    }

    private static FileAttribute<?>[] forOwner(Path path, String permissions) {
        return isPosix(path)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static void closeQuietly(@Nullable Closeable file) {
        if (file == null) {
            return;
        }
        try {
            file.close();
        } catch (IOException e) {
            LOG.debug("event=spool.close.failed a file could not be closed", e);
        }
    }

    /**
     * An interrupt closes the channel that the thread uses. It has no meaning for the thread that writes the spool, so it is
     * forgotten before each operation; one that comes during an operation costs that operation only, and a file that is
     * merely read is opened again.
     */
    private static final class ChannelFile implements OpenFile {

        private static final int MOST_INTERRUPTS = 1_000;

        private final Path path;
        private final boolean readOnly;
        private FileChannel channel;

        ChannelFile(Path path, Set<OpenOption> options, FileAttribute<?>... attributes) throws IOException {
            this.path = path;
            this.readOnly = options.equals(READ);
            this.channel = FileChannel.open(path, options, attributes);
        }

        /** One operation on the channel. */
        private interface Operation {
            long on(FileChannel channel) throws IOException;
        }

        private long uninterrupted(Operation operation) throws IOException {
            for (int tries = 1; ; tries++) {
                Thread.interrupted();
                try {
                    return operation.on(channel);
                } catch (ClosedByInterruptException e) {
                    Thread.interrupted();
                    if (!readOnly || tries == MOST_INTERRUPTS) {
                        throw e; // nobody knows how much was written
                    }
                    channel = FileChannel.open(path, READ);
                }
            }
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            int start = into.position();
            return (int) uninterrupted(open -> {
                into.position(start);
                while (into.hasRemaining()) {
                    if (open.read(into, position + into.position() - start) < 0) {
                        return into.position() == start ? -1 : (long) into.position() - start;
                    }
                }
                return (long) into.position() - start;
            });
        }

        @Override
        public void write(ByteBuffer[] from, long position) throws IOException {
            uninterrupted(open -> {
                open.position(position);
                long left = 0;
                for (ByteBuffer buffer : from) {
                    left += buffer.remaining();
                }
                while (left > 0) {
                    left -= open.write(from);
                }
                return 0;
            });
        }

        @Override
        public void force() throws IOException {
            uninterrupted(open -> {
                open.force(false);
                return 0;
            });
        }

        @Override
        public void truncate(long size) throws IOException {
            uninterrupted(open -> {
                open.truncate(size);
                return 0;
            });
        }

        @Override
        public long size() throws IOException {
            return uninterrupted(FileChannel::size);
        }

        @Override
        public void close() {
            closeQuietly(channel);
        }
    }
}
