package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Who holds a lock file, found out without touching it: Linux lists all locks in {@code /proc/locks}, as far as their owners
 * are in the same container.
 */
final class LockOwner {

    private static final Path LOCKS = Path.of("/proc/locks");
    private static final int KIND = 1;
    private static final int PROCESS = 4;
    private static final int FILE = 5;

    private LockOwner() {}

    /** "locked by process n", "free", or "unknown". */
    static String of(Path lock) {
        if (!Files.isReadable(LOCKS)) {
            return "unknown";
        }
        try (Stream<String> lines = Files.lines(LOCKS, StandardCharsets.US_ASCII)) {
            Map<String, Object> attributes = Files.readAttributes(lock, "unix:ino,dev");
            String file = name(number(attributes, "dev"), number(attributes, "ino"));
            return lines.map(line -> line.trim().split("\\s+"))
                    .filter(words -> words.length > FILE && words[KIND].equals("POSIX") && words[FILE].equals(file))
                    .map(words -> "locked by process " + words[PROCESS])
                    .findFirst()
                    .orElse("free");
        } catch (IOException | RuntimeException e) { // a file system or a kernel that tells it otherwise
            return "unknown";
        }
    }

    private static long number(Map<String, Object> attributes, String name) {
        return attributes.get(name) instanceof Number number ? number.longValue() : 0;
    }

    /** As the kernel prints it: major and minor number of the device, which stat has mixed, and the file's number. */
    private static String name(long device, long file) {
        long major = (device >>> 8 & 0xFFF) | (device >>> 32 & ~0xFFFL);
        long minor = (device & 0xFF) | (device >>> 12 & ~0xFFL);
        return String.format("%02x:%02x:%d", major, minor, file);
    }
}
