package dev.outpost.agent.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException(file + " has more than " + MAX_BYTES + " bytes");
            }
            String token = Files.readString(file, StandardCharsets.US_ASCII).strip();
            return CompletableFuture.completedStage(Token.bearer(token, null));
        } catch (IOException | IllegalArgumentException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    @Override
    public String toString() {
        return "bearer token from " + file;
    }
}
