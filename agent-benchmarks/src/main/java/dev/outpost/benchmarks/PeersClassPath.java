package dev.outpost.benchmarks;

import java.io.File;
import java.nio.file.Path;
import java.util.List;

/**
 * Libraries that only peers need. They lie beside the others in the build's directory and are put on the class path of those
 * children alone that measure a peer: the agent's own figures are those of a host without them.
 */
final class PeersClassPath {

    private PeersClassPath() {}

    /** Options for a child JVM that measures a peer. */
    static List<String> options() {
        String present = System.getProperty("java.class.path");
        Path build = Path.of(present.split(File.pathSeparator, -1)[0])
                .toAbsolutePath()
                .getParent();
        if (build == null) {
            throw new IllegalStateException("no directory of the build in the class path " + present);
        }
        // Log4j's own version of the Disruptor comes first: with the agent's, two threads that meet a full ring lose
        // events.
        return List.of(
                ChildJvm.HEAP,
                "-cp",
                String.join(
                        File.pathSeparator,
                        build.resolve("peers-first").resolve("*").toString(),
                        present,
                        build.resolve("peers").resolve("*").toString()));
    }
}
