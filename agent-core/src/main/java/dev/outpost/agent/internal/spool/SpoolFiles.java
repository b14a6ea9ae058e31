package dev.outpost.agent.internal.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The file system, as far as the spool needs it: the seam at which tests let the disk fail. */
public interface SpoolFiles {

    /** Makes a directory for the owner only, and its parents, as durably as it can; without effect when it is there. */
    void createDirectories(Path directory) throws IOException;

    /** What is in a directory, sorted by name; empty when there is none, or when it is a file. */
    List<Path> list(Path directory) throws IOException;

    /** Makes a file for the owner only, open for writing and reading; fails when it is there. */
    OpenFile create(Path file) throws IOException;

    /** Opens a file for reading. */
    OpenFile openToRead(Path file) throws IOException;

    /** Opens a file for writing and reading, and makes it when it is not there. */
    OpenFile openToWrite(Path file) throws IOException;

    /** Puts {@code from} in the place of {@code to}, in one step. */
    void replace(Path from, Path to) throws IOException;

    /** Deletes a file; without effect when there is none. */
    void delete(Path file) throws IOException;

    /** Makes what was created, renamed and deleted in a directory durable, where the system can. */
    void forceDirectory(Path directory) throws IOException;

    /** Bytes that may be taken on the file system of {@code path}. */
    long usableBytes(Path path) throws IOException;

    /** Size of the file system of {@code path}. */
    long totalBytes(Path path) throws IOException;

    /** Locks a file against other processes and other agents of this one, or says that it is taken. */
    Optional<Closeable> tryLock(Path file) throws IOException;

    /**
     * An open file. Closing never throws: nothing that matters is left to the close. After a write that failed, any part of it
     * may be in the file.
     */
    interface OpenFile extends AutoCloseable {

        /** Reads up to what the buffer takes; the number of bytes, or -1 at the end. */
        int read(ByteBuffer into, long position) throws IOException;

        /** Writes all bytes of all buffers, one behind the other. */
        void write(ByteBuffer[] from, long position) throws IOException;

        /** Waits until all that was written is on the disk. */
        void force() throws IOException;

        /** Cuts the file. */
        void truncate(long size) throws IOException;

        /** Its size. */
        long size() throws IOException;

        @Override
        void close();
    }
}
