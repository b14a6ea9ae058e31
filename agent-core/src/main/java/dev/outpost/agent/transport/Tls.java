package dev.outpost.agent.transport;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the PEM files for TLS are. They are read anew for every connection, so a replaced file takes effect with the next.
 *
 * @param trust certificates of the authorities that the peer's certificate must come from; null for the JVM's own (only
 *     sensible for an agent)
 * @param certificate own certificate chain, leaf first; null when this side does not identify itself
 * @param privateKey the key of {@code certificate}, PKCS#8 and not encrypted; null with it
 */
public record Tls(
        @Nullable Path trust,
        @Nullable Path certificate,
        @Nullable Path privateKey) {

    /**
     * Checks that certificate and key come together.
     *
     * @throws IllegalArgumentException if only one of them is given
     */
    public Tls {
        if ((certificate == null) != (privateKey == null)) {
            throw new IllegalArgumentException("certificate is " + certificate + " and privateKey is " + privateKey
                    + "; allowed are both or none");
        }
    }

    /** Trusts the JVM's authorities and sends no certificate. */
    public static Tls systemTrust() {
        return new Tls(null, null, null);
    }

    /** Trusts the authorities in {@code trust} and sends no certificate. */
    public static Tls trusting(Path trust) {
        return new Tls(trust, null, null);
    }

    /** Mutual TLS: trusts the authorities in {@code trust} and identifies itself. */
    public static Tls mutual(Path trust, Path certificate, Path privateKey) {
        return new Tls(trust, certificate, privateKey);
    }

    /** What is wrong with the files now: one line each, empty when all can be read. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        check("trust", trust, problems);
        check("certificate", certificate, problems);
        check("privateKey", privateKey, problems);
        return problems;
    }

    private static void check(String what, @Nullable Path file, List<String> problems) {
        if (file != null && !Files.isReadable(file)) {
            problems.add(what + " is " + file + "; allowed is a readable PEM file");
        }
    }
}
