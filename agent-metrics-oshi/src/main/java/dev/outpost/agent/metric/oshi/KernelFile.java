package dev.outpost.agent.metric.oshi;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads numbers out of small files of the kernel, one file at a time; only the stream is allocated. Used by one thread.
 *
 * <p>Two layouts: numbers in a row ({@code "50000 100000"}, {@code "max"}) and a key with a number per line ({@code
 * "nr_throttled 7"}).
 */
final class KernelFile {

    /** What the file does not say. */
    static final long ABSENT = -1;

    /** What "max" stands for. */
    static final long UNLIMITED = Long.MAX_VALUE;

    private static final byte[] MAX = "max".getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes = new byte[16 * 1024]; // the longest in use, memory.stat, has 4 KiB
    private int length;

    /** Loads {@code file} in place of the one before; one that does not exist is empty. */
    KernelFile load(File file) throws IOException {
        length = 0;
        if (file.isFile()) {
            // A stream, because an interrupt, which a late collection meets, would fail a channel.
            try (InputStream in = new FileInputStream(file)) {
                length = in.readNBytes(bytes, 0, bytes.length);
            }
        }
        return this;
    }

    /** The number at place {@code index} in the first line, or {@link #ABSENT}; {@link #UNLIMITED} for "max". */
    long number(int index) {
        int at = 0;
        for (int i = 0; i < index; i++) {
            at = afterSpace(at);
        }
        return numberAt(at);
    }

    /** The number in the line that begins with {@code key}, or {@link #ABSENT}. */
    long numberOf(byte[] key) {
        for (int at = 0; at < length; at = afterLine(at)) {
            int end = at + key.length;
            if (startsWith(key, at) && end < length && bytes[end] == ' ') {
                return numberAt(end + 1);
            }
        }
        return ABSENT;
    }

    /** The bytes of a key, to be made once. */
    static byte[] key(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    private long numberAt(int start) {
        if (startsWith(MAX, start)) {
            return UNLIMITED;
        }
        long number = 0;
        int at = start;
        while (at < length && bytes[at] >= '0' && bytes[at] <= '9') {
            number = number * 10 + (bytes[at] - '0');
            at++;
        }
        return at == start ? ABSENT : number; // so is "-1", which version 1 writes for no quota
    }

    private boolean startsWith(byte[] word, int at) {
        if (at + word.length > length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (bytes[at + i] != word[i]) {
                return false;
            }
        }
        return true;
    }

    private int afterSpace(int start) {
        return after(' ', start);
    }

    private int afterLine(int start) {
        return after('\n', start);
    }

    private int after(char end, int start) {
        int at = start;
        while (at < length && bytes[at] != end) {
            at++;
        }
        return at + 1;
    }
}
