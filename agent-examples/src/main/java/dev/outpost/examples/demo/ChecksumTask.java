package dev.outpost.examples.demo;

import dev.outpost.agent.task.TaskContext;
import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Task {@code tree.checksum}: SHA-256 over the names and contents of all files below {@code path}. */
final class ChecksumTask implements TaskHandler {

    static final String TYPE = "tree.checksum";

    @Override
    public TaskResult handle(TaskRequest task, TaskContext context) throws Exception {
        String path = task.arguments().get("path");
        if (path == null || !Files.isDirectory(Path.of(path))) {
            return TaskResult.failedForGood("path is " + path + "; allowed is a directory");
        }
        Path root = Path.of(path);
        List<Path> files = filesBelow(root);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        long bytes = 0;
        for (int i = 0; i < files.size(); i++) {
            if (context.cancelled()) {
                return TaskResult.failed("stopped after " + i + " of " + files.size() + " files");
            }
            Path file = files.get(i);
            digest.update(root.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
            bytes += update(digest, file);
            context.progress((i + 1.0) / files.size(), file.getFileName().toString());
        }
        return TaskResult.succeeded(Map.of(
                "sha256", HexFormat.of().formatHex(digest.digest()),
                "files", Integer.toString(files.size()),
                "bytes", Long.toString(bytes)));
    }

    private static List<Path> filesBelow(Path root) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(file -> Files.isRegularFile(file) && Files.isReadable(file))
                    .sorted()
                    .toList();
        }
    }

    private static long update(MessageDigest digest, Path file) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        long bytes = 0;
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                bytes += read;
            }
        }
        return bytes;
    }
}
