package dev.outpost.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/**
 * What the disk takes without Outpost: frames of 256 KiB, each with its CRC32C, appended to a file that was filled with zeros
 * before, forced every 100 ms. The same work as the spool's but for where the frames come from and where their places are
 * written down.
 */
final class RawAppendProcess {

    private static final int FRAME_BYTES = 256 * 1024;
    private static final int HEADER_BYTES = 40;
    private static final long FORCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private RawAppendProcess() {}

    /** File; bytes. */
    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        long frames = Math.max(1, Long.parseLong(arguments[1]) / FRAME_BYTES);
        Cpu before = Cpu.now();
        try (FileChannel file = FileChannel.open(
                Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long start = System.nanoTime();
            zero(file, frames);
            long zeroed = System.nanoTime();
            append(file, frames);
            double megabytes = frames * (double) FRAME_BYTES / 1e6;
            Parent.tell(
                    "appended",
                    new Figures()
                            .with("zeroing", megabytes / ((zeroed - start) / 1e9))
                            .with("appending", megabytes / ((System.nanoTime() - zeroed) / 1e9))
                            .with("both", megabytes / ((System.nanoTime() - start) / 1e9))
                            .with("cpu", Cpu.now().secondsSince(before)));
        }
    }

    private static void zero(FileChannel file, long frames) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(FRAME_BYTES);
        for (long i = 0; i < frames; i++) {
            writeAll(file, zeros.clear(), i * FRAME_BYTES);
        }
        file.force(true);
    }

    private static void append(FileChannel file, long frames) throws IOException {
        ByteBuffer frame = ByteBuffer.allocateDirect(FRAME_BYTES);
        for (int i = 0; i < FRAME_BYTES; i++) {
            frame.put(i, (byte) (i * 31));
        }
        long forced = System.nanoTime();
        for (long i = 0; i < frames; i++) {
            frame.clear().putLong(8, i);
            CRC32C checksum = new CRC32C();
            checksum.update(frame.position(HEADER_BYTES));
            frame.putInt(0, (int) checksum.getValue());
            writeAll(file, frame.clear(), i * FRAME_BYTES);
            if (System.nanoTime() - forced >= FORCE_NANOS) {
                file.force(false);
                forced = System.nanoTime();
            }
        }
        file.force(false);
    }

    private static void writeAll(FileChannel file, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }
}
