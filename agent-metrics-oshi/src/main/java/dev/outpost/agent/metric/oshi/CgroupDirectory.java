package dev.outpost.agent.metric.oshi;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the files of the process's cgroup are, for one controller.
 *
 * @param own the directory of the cgroup
 * @param top the uppermost directory of the hierarchy that can be seen; {@code own} or above it
 * @param unified whether it is of version 2
 */
record CgroupDirectory(Path own, Path top, boolean unified) {

    /** A file of the cgroup itself. */
    File file(String name) {
        return own.resolve(name).toFile();
    }

    /** The cgroup and its ancestors, all of whose limits hold. */
    List<Path> upwards() {
        List<Path> directories = new ArrayList<>();
        Path directory = own;
        while (directory != null && directory.startsWith(top)) {
            directories.add(directory);
            directory = directory.getParent();
        }
        return directories;
    }
}
