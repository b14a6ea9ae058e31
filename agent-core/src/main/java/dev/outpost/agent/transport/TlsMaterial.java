package dev.outpost.agent.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What the files of {@link Tls} held when they were read, checked to belong together; for transports. Immutable, thread-safe.
 *
 * @param trust authorities; empty for the JVM's own
 * @param chain own certificates, leaf first; empty when this side does not identify itself
 * @param privateKey the key of the first of {@code chain}, or null
 */
public record TlsMaterial(
        List<X509Certificate> trust,
        List<X509Certificate> chain,
        @Nullable PrivateKey privateKey) {

    /** The bundles that systems bring have some 300 KiB. */
    private static final int MAX_BYTES = 4 << 20;

    private static final String CERTIFICATE_BEGIN = "-----BEGIN CERTIFICATE-----";
    private static final Pattern CERTIFICATE = Pattern.compile(CERTIFICATE_BEGIN + "([^-]*)-----END CERTIFICATE-----");
    private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String KEY_END = "-----END PRIVATE KEY-----";
    private static final Map<String, String> SIGNATURES_BY_KEY =
            Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA", "EdDSA", "EdDSA");

    /** Copies the lists. */
    public TlsMaterial {
        trust = List.copyOf(trust);
        chain = List.copyOf(chain);
    }

    /**
     * Reads the files.
     *
     * @throws IOException if one cannot be read
     * @throws GeneralSecurityException if one is not what it should be, or the key is not that of the certificate
     */
    public static TlsMaterial load(Tls tls) throws IOException, GeneralSecurityException {
        Path key = tls.privateKey();
        TlsMaterial material = new TlsMaterial(
                certificates(tls.trust()), certificates(tls.certificate()), key == null ? null : key(key));
        if (material.privateKey != null) {
            requireBelongTogether(material.privateKey, material.chain.get(0), tls);
        }
        return material;
    }

    private static List<X509Certificate> certificates(@Nullable Path file)
            throws IOException, GeneralSecurityException {
        if (file == null) {
            return List.of();
        }
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            String pem = read(file);
            Matcher each = CERTIFICATE.matcher(pem); // what else there is (a key, remarks) is not ours to judge
            while (each.find()) {
                byte[] encoded = Base64.getMimeDecoder().decode(each.group(1));
                found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(encoded)));
            }
            if (pem.split(CERTIFICATE_BEGIN, -1).length - 1 != found.size()) {
                throw new CertificateException("a certificate has a begin and no end"); // somebody is still writing it
            }
        } catch (CertificateException | IllegalArgumentException e) {
            throw new CertificateException(file + " is damaged: " + e.getMessage(), e);
        }
        if (found.isEmpty()) {
            throw new CertificateException(file + " has no certificate in it; allowed is PEM");
        }
        return found;
    }

    private static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException(file + " has more than " + MAX_BYTES + " bytes");
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(file.toString(), null, "there is no such file");
        }
    }

    /** The two are replaced one after the other, so there is a moment in which they do not. */
    private static void requireBelongTogether(PrivateKey key, X509Certificate certificate, Tls tls)
            throws GeneralSecurityException {
        byte[] message = "outpost".getBytes(StandardCharsets.US_ASCII);
        Signature signature = Signature.getInstance(SIGNATURES_BY_KEY.getOrDefault(key.getAlgorithm(), "EdDSA"));
        boolean same;
        try {
            signature.initSign(key);
            signature.update(message);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(message);
            same = signature.verify(signed);
        } catch (InvalidKeyException | SignatureException e) {
            throw new InvalidKeySpecException(tls.privateKey() + " is not the key of " + tls.certificate(), e);
        }
        if (!same) {
            throw new InvalidKeySpecException(tls.privateKey() + " is not the key of " + tls.certificate());
        }
    }

    /** PKCS#8 in PEM (RFC 7468, section 10); which algorithm it is for is written in it, and found out by trying. */
    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        String pem = read(file);
        int begin = pem.indexOf(KEY_BEGIN);
        int end = pem.indexOf(KEY_END, Math.max(begin, 0));
        if (begin < 0 || end < 0) {
            throw new InvalidKeySpecException(
                    file + " has no '" + KEY_BEGIN + "' in it; allowed is PKCS#8, not encrypted");
        }
        byte[] encoded;
        try {
            encoded = Base64.getMimeDecoder().decode(pem.substring(begin + KEY_BEGIN.length(), end));
        } catch (IllegalArgumentException e) {
            throw new InvalidKeySpecException(file + " is damaged: " + e.getMessage(), e);
        }
        GeneralSecurityException failure = new InvalidKeySpecException(file + " has a key of an unknown kind in it");
        for (String algorithm : SIGNATURES_BY_KEY.keySet()) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            } catch (GeneralSecurityException e) {
                failure.addSuppressed(e);
            }
        }
        throw failure;
    }

    /**
     * A context for one connection, and not for more: a context resumes sessions, and with them an earlier identity.
     *
     * @throws GeneralSecurityException if the JVM does not take it
     */
    public SSLContext context() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {keyManager()}, new TrustManager[] {trustManager()}, null);
        return context;
    }

    /**
     * Who shows {@link #chain}, or nothing when there is none.
     *
     * @throws GeneralSecurityException if the JVM does not take the key
     */
    public X509ExtendedKeyManager keyManager() throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(keyStore(), new char[0]);
        return first(X509ExtendedKeyManager.class, keys.getKeyManagers());
    }

    /**
     * Who trusts {@link #trust}, or the JVM's authorities when there are none.
     *
     * @throws GeneralSecurityException if the JVM does not take them
     */
    public X509ExtendedTrustManager trustManager() throws GeneralSecurityException {
        TrustManagerFactory trusts = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusts.init(trust.isEmpty() ? null : trustStore());
        return first(X509ExtendedTrustManager.class, trusts.getTrustManagers());
    }

    private static <T> T first(Class<T> kind, Object[] managers) throws GeneralSecurityException {
        for (Object manager : managers) {
            if (kind.isInstance(manager)) {
                return kind.cast(manager);
            }
        }
        throw new GeneralSecurityException("the JVM's default is no " + kind.getSimpleName());
    }

    private static KeyStore emptyStore() throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private KeyStore trustStore() throws GeneralSecurityException {
        KeyStore store = emptyStore();
        for (int i = 0; i < trust.size(); i++) {
            store.setCertificateEntry("trust-" + i, trust.get(i));
        }
        return store;
    }

    private KeyStore keyStore() throws GeneralSecurityException {
        KeyStore store = emptyStore();
        if (privateKey != null) {
            store.setKeyEntry("own", privateKey, new char[0], chain.toArray(new Certificate[0]));
        }
        return store;
    }

    /** Changes when any of it does: SHA-256 of all certificates, in hexadecimal. */
    public String fingerprint() throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (X509Certificate certificate : trust) {
            digest.update(certificate.getEncoded());
        }
        digest.update((byte) 0); // a certificate that moves from one list to the other is a change
        for (X509Certificate certificate : chain) {
            digest.update(certificate.getEncoded());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** When the own certificate began to be valid; null without one. */
    public @Nullable Instant begins() {
        return chain.isEmpty() ? null : chain.get(0).getNotBefore().toInstant();
    }

    /** When the first of the own certificates stops being valid; null without one. */
    public @Nullable Instant expires() {
        return chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** Without the key: it is a secret. */
    @Override
    public String toString() {
        return "TlsMaterial[" + trust.size() + " authorities, "
                + (chain.isEmpty()
                        ? "no certificate"
                        : chain.get(0).getSubjectX500Principal().getName())
                + "]";
    }
}
