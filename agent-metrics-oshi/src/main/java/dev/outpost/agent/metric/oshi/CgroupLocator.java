package dev.outpost.agent.metric.oshi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the process's cgroups, from what the kernel says of memberships and of mounts:
 *
 * <pre>
 *   /proc/self/cgroup       4:memory:/docker/4f1c                            version 1: id, controllers, path
 *                           0::/system.slice/app.service                     version 2: one path for all controllers
 *
 *   /proc/self/mountinfo    35 31 0:32 /docker/4f1c /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
 *                                      root         mount point                type         options
 * </pre>
 *
 * <p>A path is relative to the root of the hierarchy, of which a mount shows the part below its own root.
 */
final class CgroupLocator {

    private final Path root;
    private final List<Membership> memberships;
    private final List<Mount> mounts;

    private CgroupLocator(Path root, List<Membership> memberships, List<Mount> mounts) {
        this.root = root;
        this.memberships = memberships;
        this.mounts = mounts;
    }

    /** A line of {@code /proc/self/cgroup}. */
    private record Membership(List<String> controllers, String path) {

        static Membership parse(String line) {
            String[] fields = line.split(":", 3);
            return new Membership(List.of(fields[1].split(",", -1)), fields[2]);
        }

        /** The one of version 2 names none. */
        boolean isUnified() {
            return controllers.contains("");
        }
    }

    /** A line of {@code /proc/self/mountinfo}. */
    private record Mount(String root, String point, String type, List<String> options) {

        static Mount parse(String line) {
            int separator = line.indexOf(" - ");
            String[] place = line.substring(0, separator).split(" ", -1);
            String[] system = line.substring(separator + 3).split(" ", -1);
            return new Mount(place[3], place[4], system[0], List.of(system[2].split(",", -1)));
        }
    }

    /** Reads the two files below {@code root}; a system without them is one without cgroups. */
    static CgroupLocator read(Path root) throws IOException {
        return new CgroupLocator(
                root,
                lines(root.resolve("proc/self/cgroup")).stream()
                        .map(Membership::parse)
                        .toList(),
                lines(root.resolve("proc/self/mountinfo")).stream()
                        .filter(line -> line.contains(" - cgroup"))
                        .map(Mount::parse)
                        .toList());
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** The cgroup that {@code controller} puts the process in, or null; of version 1 when that has the controller. */
    @Nullable CgroupDirectory find(String controller) {
        for (Membership membership : memberships) {
            if (membership.controllers.contains(controller)) {
                return find(membership, controller);
            }
        }
        for (Membership membership : memberships) {
            if (membership.isUnified()) {
                return find(membership, "");
            }
        }
        return null;
    }

    private @Nullable CgroupDirectory find(Membership membership, String controller) {
        boolean unified = membership.isUnified();
        for (Mount mount : mounts) {
            boolean fits = unified
                    ? mount.type.equals("cgroup2")
                    : mount.type.equals("cgroup") && mount.options.contains(controller);
            if (fits) {
                Path top = root.resolve(mount.point.substring(1));
                return new CgroupDirectory(existing(top, below(mount.root, membership.path)), top, unified);
            }
        }
        return null;
    }

    /** The part of {@code path} below {@code mountRoot}; none when it lies outside, as within some namespaces. */
    private static String below(String mountRoot, String path) {
        if (path.contains("..")) {
            return "";
        }
        if (mountRoot.equals("/")) {
            return path.substring(1);
        }
        return path.startsWith(mountRoot + "/") ? path.substring(mountRoot.length() + 1) : "";
    }

    /** The directory, or the nearest one above it that can be seen: a container may show less than the path says. */
    private static Path existing(Path top, String relative) {
        Path directory = top.resolve(relative);
        while (!directory.equals(top) && !Files.isDirectory(directory)) {
            directory = directory.resolve("..").normalize();
        }
        return directory;
    }
}
