package dev.outpost.agent.metric.oshi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The kernel's files, as a cgroup of the test's making would show them. */
final class CgroupTree {

    private final Path root;

    CgroupTree(Path root) {
        this.root = root;
    }

    /** A line of {@code /proc/self/cgroup}. */
    CgroupTree member(String line) {
        return append("proc/self/cgroup", line);
    }

    /** A mount of version 1. */
    CgroupTree mountV1(String mountRoot, String point, String controllers) {
        return append(
                "proc/self/mountinfo",
                "35 31 0:32 " + mountRoot + " " + point + " rw,relatime shared:9 - cgroup cgroup rw," + controllers);
    }

    /** The mount of version 2. */
    CgroupTree mountV2(String mountRoot, String point) {
        return append(
                "proc/self/mountinfo", "41 31 0:38 " + mountRoot + " " + point + " rw,relatime - cgroup2 cgroup2 rw");
    }

    /** A file of a cgroup. */
    CgroupTree file(String path, String content) {
        try {
            Path file = root.resolve(path.substring(1));
            Files.createDirectories(file.resolveSibling("."));
            Files.writeString(file, content + "\n");
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CgroupTree append(String path, String line) {
        try {
            Path file = root.resolve(path);
            Files.createDirectories(root.resolve("proc/self"));
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
