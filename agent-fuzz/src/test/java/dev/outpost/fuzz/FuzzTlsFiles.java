package dev.outpost.fuzz;

import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.TlsMaterial;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/** PEM files: certificates and a key, or a clear refusal. */
public final class FuzzTlsFiles {

    private static final Path FILE = temporary();

    private FuzzTlsFiles() {}

    private static Path temporary() {
        try {
            Path file = Files.createTempFile("fuzz", ".pem");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        Files.write(FILE, input);
        for (Tls tls : new Tls[] {Tls.trusting(FILE), Tls.mutual(FILE, FILE, FILE)}) {
            try {
                TlsMaterial.load(tls).fingerprint();
            } catch (GeneralSecurityException e) {
                if (e.getMessage() == null || e.getMessage().isBlank()) {
                    throw new AssertionError("refused without a reason", e);
                }
            }
        }
    }
}
