package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that is looked into and not changed, without a word to anybody's log. */
final class ReadableFile implements SpoolFiles.OpenFile {

    private final FileChannel channel;

    ReadableFile(Path path) throws IOException {
        channel = FileChannel.open(path, StandardOpenOption.READ);
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        int start = into.position();
        while (into.hasRemaining()) {
            if (channel.read(into, position + into.position() - start) < 0) {
                return into.position() == start ? -1 : into.position() - start;
            }
        }
        return into.position() - start;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public void write(ByteBuffer[] from, long position) {
        throw new UnsupportedOperationException("the file is only read");
    }

    @Override
    public void force() {
        throw new UnsupportedOperationException("the file is only read");
    }

    @Override
    public void truncate(long size) {
        throw new UnsupportedOperationException("the file is only read");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // nothing was written, so nothing can be lost
        }
    }
}
