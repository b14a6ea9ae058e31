package dev.outpost.agent.internal.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A file system in memory that fails when it is told to, runs full, and crashes: what was not forced is then kept, lost, or
 * kept in part. After a force that failed it behaves as Linux does: the next one succeeds and saves nothing of what was
 * written before.
 */
public final class FaultyFiles implements SpoolFiles {

    /** What may fail. */
    public enum Op {
        MAKE_DIRECTORY,
        LIST,
        CREATE,
        OPEN_READ,
        OPEN_WRITE,
        REPLACE,
        DELETE,
        FORCE_DIRECTORY,
        SPACE,
        LOCK,
        READ,
        WRITE,
        FORCE,
        TRUNCATE,
        SIZE
    }

    /**
     * One operation.
     *
     * @param index its number, from 0
     */
    public record Call(int index, Op op, Path path) {

        public boolean is(Op other, String part) {
            return op == other && path.toString().contains(part);
        }

        /** Whether it changes anything. */
        boolean changes() {
            return switch (op) {
                case MAKE_DIRECTORY, CREATE, OPEN_WRITE, REPLACE, DELETE, FORCE_DIRECTORY, WRITE, FORCE, TRUNCATE ->
                    true;
                case LIST, OPEN_READ, SPACE, LOCK, READ, SIZE -> false;
            };
        }
    }

    /** The machine has stopped: nothing after it has any effect. */
    static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1;

        Crash() {
            super("the machine has stopped", null, false, false);
        }
    }

    /** What is left after a crash. */
    public enum Survival {
        /** The process was killed: all that was written. */
        ALL,
        /** Power was lost: what was forced. */
        FORCED,
        /** Power was lost: what was forced, and of the rest any sectors and directory entries. */
        ANY
    }

    private static final int SECTOR = 512;

    private final Set<Path> directories = new TreeSet<>();
    private final Map<Path, Inode> live = new TreeMap<>();
    private final Map<Path, Inode> durable = new TreeMap<>();
    private final Set<Path> locked = new HashSet<>();
    private final List<Call> calls = new ArrayList<>();
    private final Map<Path, Integer> forcesAfterFailure = new HashMap<>();
    private Predicate<Call> failing = call -> false;
    private Predicate<Call> crashing = call -> false;
    private long capacity = Long.MAX_VALUE / 2;
    private int tornBytes;
    private int openFiles;
    private boolean crashed;
    private boolean recording;

    private static final class Inode {
        byte[] data = new byte[0];
        byte[] forced = new byte[0];
        final Set<Integer> dirty = new TreeSet<>();
        boolean forceFailed;

        void write(int at, byte[] bytes, int length) {
            if (data.length < at + length) {
                data = java.util.Arrays.copyOf(data, at + length);
            }
            System.arraycopy(bytes, 0, data, at, length);
            for (int sector = at / SECTOR; sector * SECTOR < at + length; sector++) {
                dirty.add(sector);
            }
        }

        void force() {
            forced = java.util.Arrays.copyOf(forced, data.length);
            for (int sector : dirty) {
                copySector(data, forced, sector);
            }
            dirty.clear();
        }

        byte[] survivor(Survival survival, SplittableRandom random) {
            if (survival == Survival.ALL) {
                return data.clone();
            }
            if (survival == Survival.FORCED) {
                return forced.clone();
            }
            byte[] some = java.util.Arrays.copyOf(forced, random.nextBoolean() ? data.length : forced.length);
            for (int sector = 0; sector * SECTOR < Math.min(some.length, data.length); sector++) {
                if (random.nextBoolean()) {
                    copySector(data, some, sector);
                }
            }
            return some;
        }

        private static void copySector(byte[] from, byte[] to, int sector) {
            int at = sector * SECTOR;
            int length = Math.min(SECTOR, Math.min(from.length, to.length) - at);
            if (length > 0) {
                System.arraycopy(from, at, to, at, length);
            }
        }
    }

    /** Lets the operations fail that the predicate is true of. */
    public void failWhen(Predicate<Call> predicate) {
        failing = predicate;
    }

    /** A write that fails has written so many bytes. */
    public void tornBytes(int bytes) {
        tornBytes = bytes;
    }

    /** Stops the machine at the first operation that the predicate is true of. */
    public void crashWhen(Predicate<Call> predicate) {
        crashing = predicate;
    }

    /** The size of the disk. */
    public void capacity(long bytes) {
        capacity = bytes;
    }

    void record() {
        recording = true;
        calls.clear();
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    public int openFiles() {
        return openFiles;
    }

    public int locks() {
        return locked.size();
    }

    /** How often a file was forced after a force of it had failed. */
    int forcesAfterFailure(String part) {
        return forcesAfterFailure.entrySet().stream()
                .filter(entry -> entry.getKey().toString().contains(part))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    /** The machine after a crash, in good health. */
    public FaultyFiles restarted(Survival survival, SplittableRandom random) {
        FaultyFiles next = new FaultyFiles();
        next.directories.addAll(directories);
        Set<Path> paths = new TreeSet<>(live.keySet());
        paths.addAll(durable.keySet());
        Map<Inode, Inode> copies = new HashMap<>();
        for (Path path : paths) {
            boolean newer = survival == Survival.ALL || (survival == Survival.ANY && random.nextBoolean());
            Inode inode = newer ? live.get(path) : durable.get(path);
            if (inode != null) {
                Inode copy = copies.computeIfAbsent(inode, original -> {
                    Inode made = new Inode();
                    made.data = original.survivor(survival, random);
                    made.forced = made.data.clone();
                    return made;
                });
                next.live.put(path, copy);
                next.durable.put(path, copy);
            }
        }
        return next;
    }

    /** Paths of all files whose path has the part. */
    public List<Path> files(String part) {
        return live.keySet().stream()
                .filter(path -> path.toString().contains(part))
                .toList();
    }

    byte[] content(Path path) {
        Inode inode = live.get(path);
        return inode == null ? new byte[0] : inode.data.clone();
    }

    void put(Path path, byte[] content) {
        Inode inode = new Inode();
        inode.data = content.clone();
        inode.forced = content.clone();
        live.put(path, inode);
        durable.put(path, inode);
        addDirectories(path.getParent());
    }

    void remove(Path path) {
        live.remove(path);
        durable.remove(path);
    }

    private void addDirectories(Path directory) {
        for (Path at = directory; at != null; at = at.getParent()) {
            directories.add(at);
        }
    }

    long usedBytes() {
        return new HashSet<>(live.values())
                .stream().mapToLong(inode -> inode.data.length).sum();
    }

    private void call(Op op, Path path) throws IOException {
        Call call = begin(op, path);
        if (failing.test(call)) {
            throw new IOException("Input/output error at " + call);
        }
    }

    private Call begin(Op op, Path path) {
        if (crashed) {
            throw new Crash();
        }
        Call call = new Call(index++, op, path);
        if (recording) {
            calls.add(call);
        }
        if (crashing.test(call)) {
            crashed = true;
            if (op != Op.WRITE) {
                throw new Crash();
            }
        }
        return call;
    }

    private int index;

    int callCount() {
        return index;
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (!directories.contains(directory)) {
            call(Op.MAKE_DIRECTORY, directory);
            addDirectories(directory);
        }
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        call(Op.LIST, directory);
        Set<Path> found = new TreeSet<>();
        live.keySet().stream()
                .filter(path -> directory.equals(path.getParent()))
                .forEach(found::add);
        directories.stream().filter(path -> directory.equals(path.getParent())).forEach(found::add);
        return List.copyOf(found);
    }

    @Override
    public OpenFile create(Path file) throws IOException {
        call(Op.CREATE, file);
        if (live.containsKey(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        requireDirectory(file);
        live.put(file, new Inode());
        return open(file);
    }

    @Override
    public OpenFile openToRead(Path file) throws IOException {
        call(Op.OPEN_READ, file);
        return open(file);
    }

    @Override
    public OpenFile openToWrite(Path file) throws IOException {
        call(Op.OPEN_WRITE, file);
        requireDirectory(file);
        live.computeIfAbsent(file, path -> new Inode());
        return open(file);
    }

    private void requireDirectory(Path file) throws NoSuchFileException {
        if (!directories.contains(file.getParent())) {
            throw new NoSuchFileException(file.toString());
        }
    }

    private OpenFile open(Path file) throws NoSuchFileException {
        Inode inode = live.get(file);
        if (inode == null) {
            throw new NoSuchFileException(file.toString());
        }
        openFiles++;
        return new Handle(file, inode);
    }

    @Override
    public void replace(Path from, Path to) throws IOException {
        call(Op.REPLACE, to);
        Inode inode = live.remove(from);
        if (inode == null) {
            throw new NoSuchFileException(from.toString());
        }
        live.put(to, inode);
    }

    @Override
    public void delete(Path file) throws IOException {
        if (live.containsKey(file)) {
            call(Op.DELETE, file);
            live.remove(file);
        }
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        call(Op.FORCE_DIRECTORY, directory);
        durable.keySet().removeIf(path -> directory.equals(path.getParent()) && !live.containsKey(path));
        live.forEach((path, inode) -> {
            if (directory.equals(path.getParent())) {
                durable.put(path, inode);
            }
        });
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        call(Op.SPACE, path);
        return capacity - usedBytes();
    }

    @Override
    public long totalBytes(Path path) throws IOException {
        call(Op.SPACE, path);
        return capacity;
    }

    @Override
    public Optional<Closeable> tryLock(Path file) throws IOException {
        call(Op.LOCK, file);
        live.computeIfAbsent(file, path -> new Inode());
        return locked.add(file) ? Optional.of(() -> locked.remove(file)) : Optional.empty();
    }

    private final class Handle implements OpenFile {
        private final Path path;
        private final Inode inode;
        private boolean closed;

        Handle(Path path, Inode inode) {
            this.path = path;
            this.inode = inode;
        }

        private void requireOpen() throws ClosedChannelException {
            if (closed) {
                throw new ClosedChannelException();
            }
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            requireOpen();
            call(Op.READ, path);
            int length = (int) Math.min(into.remaining(), inode.data.length - position);
            if (length <= 0) {
                return -1;
            }
            into.put(inode.data, (int) position, length);
            return length;
        }

        @Override
        public void write(ByteBuffer[] from, long position) throws IOException {
            requireOpen();
            Call call = begin(Op.WRITE, path);
            int length = 0;
            for (ByteBuffer buffer : from) {
                length += buffer.remaining();
            }
            ByteBuffer all = ByteBuffer.allocate(length);
            for (ByteBuffer buffer : from) {
                all.put(buffer);
            }
            int end = (int) position;
            long free = capacity - usedBytes();
            int fits = (int) Math.min(length, Math.max(0, inode.data.length - end) + Math.max(0, free));
            if (crashed || failing.test(call)) {
                inode.write(end, all.array(), Math.min(fits, tornBytes));
                if (crashed) {
                    throw new Crash();
                }
                throw new IOException("Input/output error at " + call);
            }
            inode.write(end, all.array(), fits);
            if (fits < length) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public void force() throws IOException {
            requireOpen();
            if (inode.forceFailed) {
                forcesAfterFailure.merge(path, 1, Integer::sum);
            }
            try {
                call(Op.FORCE, path);
            } catch (IOException e) {
                inode.forceFailed = true;
                inode.dirty.clear();
                throw e;
            }
            inode.force();
        }

        @Override
        public void truncate(long size) throws IOException {
            requireOpen();
            call(Op.TRUNCATE, path);
            if (size < inode.data.length) {
                inode.data = java.util.Arrays.copyOf(inode.data, (int) size);
            }
        }

        @Override
        public long size() throws IOException {
            requireOpen();
            call(Op.SIZE, path);
            return inode.data.length;
        }

        @Override
        public void close() {
            openFiles -= closed ? 0 : 1;
            closed = true;
        }
    }
}
