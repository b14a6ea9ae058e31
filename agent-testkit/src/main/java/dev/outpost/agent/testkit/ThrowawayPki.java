package dev.outpost.agent.testkit;

import dev.outpost.agent.transport.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority for tests and demonstrations: made by the JDK's own {@code keytool} in a directory of its own,
 * valid for days, with a password that everybody knows. Never for production. Not thread-safe.
 */
public final class ThrowawayPki {

    private static final String PASSWORD = "throwaway";
    private static final String AUTHORITY = "authority";
    private static final List<String> ELLIPTIC = List.of("-keyalg", "EC", "-groupname", "secp256r1");

    private final Path directory;
    private final Path store;
    private final Path trust;
    private int issued;

    private ThrowawayPki(Path directory) {
        this.directory = directory;
        this.store = directory.resolve("keys.p12");
        this.trust = directory.resolve("authority.pem");
    }

    /**
     * Makes an authority.
     *
     * @param directory where its files go; must exist
     */
    public static ThrowawayPki in(Path directory) throws IOException, InterruptedException {
        ThrowawayPki pki = new ThrowawayPki(directory);
        List<String> options = new ArrayList<>(ELLIPTIC);
        options.addAll(List.of("-dname", "CN=Throwaway Authority", "-ext", "bc:c", "-validity", "7"));
        pki.keytool(AUTHORITY, options);
        pki.export(AUTHORITY, pki.trust, null);
        return pki;
    }

    /** The authority's certificate. */
    public Path trust() {
        return trust;
    }

    /**
     * Issues a certificate that is valid now.
     *
     * @param name common name, and name of the files
     * @param alternativeNames as {@code keytool} takes them: {@code dns:localhost,ip:127.0.0.1}
     * @return files for mutual TLS, trusting this authority
     */
    public Tls issue(String name, String alternativeNames) throws IOException, InterruptedException {
        return issue(name, alternativeNames, "-0d", 7);
    }

    /** Issues a certificate that was valid until five days ago. */
    public Tls issueExpired(String name, String alternativeNames) throws IOException, InterruptedException {
        return issue(name, alternativeNames, "-10d", 5);
    }

    /** Issues a certificate that will be valid from tomorrow on. */
    public Tls issueForTomorrow(String name, String alternativeNames) throws IOException, InterruptedException {
        return issue(name, alternativeNames, "+1d", 5);
    }

    /** Issues a certificate that is valid now and for so long, in whole seconds, at most a day. */
    public Tls issueFor(String name, String alternativeNames, Duration life) throws IOException, InterruptedException {
        return issue(name, alternativeNames, "-24H+" + life.toSeconds() + "S", 1);
    }

    /**
     * Issues a certificate for a time. One that was issued for the same name before is replaced in the files, first the
     * certificate and then the key.
     *
     * @param start begin of its validity as {@code keytool -startdate} takes it: {@code -10d}, {@code +1d}
     * @param days how many days it is valid
     */
    public Tls issue(String name, String alternativeNames, String start, int days)
            throws IOException, InterruptedException {
        return issue(name, alternativeNames, start, days, ELLIPTIC);
    }

    /** With a key of a certain kind. */
    Tls issue(String name, String alternativeNames, String start, int days, List<String> kind)
            throws IOException, InterruptedException {
        String alias = name.toLowerCase(Locale.ROOT) + "-" + ++issued;
        List<String> options = new ArrayList<>(kind);
        options.addAll(List.of(
                "-signer",
                AUTHORITY,
                "-dname",
                "CN=" + name,
                "-ext",
                "san=" + alternativeNames,
                "-startdate",
                start,
                "-validity",
                Integer.toString(days)));
        keytool(alias, options);
        Path certificate = directory.resolve(name + ".pem");
        Path key = directory.resolve(name + ".key");
        export(alias, certificate, key);
        return Tls.mutual(trust, certificate, key);
    }

    private void keytool(String alias, List<String> options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-genkeypair",
                "-alias",
                alias,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        command.addAll(options);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("keytool failed for " + alias + ": " + said);
        }
    }

    private void export(String alias, Path certificateFile, @Nullable Path keyFile) throws IOException {
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            StringBuilder chain = new StringBuilder();
            for (Certificate certificate : keys.getCertificateChain(alias)) {
                chain.append(pem("CERTIFICATE", certificate.getEncoded()));
            }
            Files.writeString(certificateFile, chain);
            if (keyFile != null) {
                Key key = keys.getKey(alias, PASSWORD.toCharArray());
                Files.deleteIfExists(keyFile);
                if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
                    Files.createFile(
                            keyFile,
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                }
                Files.writeString(keyFile, pem("PRIVATE KEY", key.getEncoded()));
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot export " + alias, e);
        }
    }

    private static String pem(String what, byte[] der) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n";
    }
}
