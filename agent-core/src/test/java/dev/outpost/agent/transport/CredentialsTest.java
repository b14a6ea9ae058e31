package dev.outpost.agent.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.transport.Credentials.Token;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {

    @TempDir
    private Path directory;

    @Test
    void bearerFrom_fileIsRenewed_givesWhatItHoldsNow() throws Exception {
        Path file = Files.writeString(directory.resolve("token"), "  one\n");
        Credentials credentials = Credentials.bearerFrom(file);
        assertThat(get(credentials)).isEqualTo(new Token("Bearer one", null));
        Files.writeString(file, "two");
        assertThat(get(credentials).value()).isEqualTo("Bearer two");
    }

    @Test
    void bearerFrom_fileGoneEmptyTooLargeOrOfOtherCharacters_failsWithItsName() throws Exception {
        Path file = directory.resolve("token");
        Credentials credentials = Credentials.bearerFrom(file);
        assertThatThrownBy(() -> get(credentials)).hasMessageContaining("token: there is no such file");
        Files.writeString(file, " \n");
        assertThatThrownBy(() -> get(credentials)).hasMessageContaining("token holds a token of no characters");
        Files.writeString(file, "x".repeat(20_000));
        assertThatThrownBy(() -> get(credentials)).hasMessageContaining("token has more than 16384 bytes");
        Files.writeString(file, "x".repeat(9_000));
        assertThatThrownBy(() -> get(credentials)).hasMessageContaining("allowed are 1 to 8192");
        Files.writeString(file, "a\nb");
        assertThatThrownBy(() -> get(credentials))
                .hasMessageContaining("printable ASCII")
                .message()
                .doesNotContain("a\nb");
        Files.writeString(file, "tökén");
        assertThatThrownBy(() -> get(credentials)).hasMessageContaining("printable ASCII");
    }

    @Test
    void token_whatCannotStandInAHeader_isRefused() {
        assertThatThrownBy(() -> new Token("", null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Token("  ", null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Token("a\r\nb: c", null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Token("x".repeat(Token.MOST_CHARACTERS + 1), null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Token.bearer("", null)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void toString_doesNotShowTheSecret() {
        assertThat(Token.bearer("secret", Instant.EPOCH).toString()).doesNotContain("secret");
        assertThat(Credentials.bearerFrom(Path.of("where")).toString()).isEqualTo("bearer token from where");
    }

    private static Token get(Credentials credentials) throws Exception {
        try {
            return credentials.token().toCompletableFuture().join();
        } catch (java.util.concurrent.CompletionException e) {
            throw (Exception) e.getCause();
        }
    }
}
