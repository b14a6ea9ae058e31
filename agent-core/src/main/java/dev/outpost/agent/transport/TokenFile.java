package dev.outpost.agent.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A bearer token in a file. */
final class TokenFile implements Credentials {

    private static final int MAX_BYTES = 16 * 1024;

    private final Path file;

    TokenFile(Path file) {
        this.file = file;
    }

    @Override
    public CompletionStage<Token> token() {
        try {
            byte[] bytes;
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes(MAX_BYTES + 1); // a file of /proc or a pipe does not tell its size
            }
            if (bytes.length > MAX_BYTES) {
                throw new IOException(file + " has more than " + MAX_BYTES + " bytes");
            }
            String token = new String(bytes, StandardCharsets.ISO_8859_1).strip();
            return CompletableFuture.completedStage(Token.bearer(token, null));
        } catch (NoSuchFileException e) {
            return CompletableFuture.failedStage(
                    new NoSuchFileException(file.toString(), null, "there is no such file"));
        } catch (IOException e) {
            return CompletableFuture.failedStage(e);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedStage(new IOException(file + " holds " + e.getMessage(), e));
        }
    }

    @Override
    public String toString() {
        return "bearer token from " + file;
    }
}
