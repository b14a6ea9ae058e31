package dev.outpost.agent.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.TlsMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsMaterialTest {

    @TempDir
    private static Path directory;

    @TempDir
    private Path own;

    private static ThrowawayPki pki;
    private static Tls first;
    private static Tls second;

    @BeforeAll
    static void makeKeys() throws Exception {
        pki = ThrowawayPki.in(directory);
        first = pki.issue("first", "dns:first");
        second = pki.issue("second", "dns:second");
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC -groupname secp384r1", "RSA -keysize 2048", "Ed25519"})
    void load_keyOfEveryKind_makesAContext(String kind) throws Exception {
        Tls tls = pki.issue("kinds", "dns:kinds", "-0d", 2, List.of(("-keyalg " + kind).split(" ")));
        TlsMaterial material = TlsMaterial.load(tls);
        assertThat(material.context().getProtocol()).isEqualTo("TLS");
        assertThat(material.chain()).hasSize(2);
        assertThat(material.expires()).isBetween(Instant.now(), Instant.now().plus(Duration.ofDays(3)));
    }

    @Test
    void load_keyOfAnotherCertificate_isRefusedWithBothFilesNamed() {
        Tls mixed = Tls.mutual(pki.trust(), first.certificate(), second.privateKey());
        assertThatThrownBy(() -> TlsMaterial.load(mixed))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("second.key is not the key of")
                .hasMessageContaining("first.pem");
    }

    @Test
    void load_fileGone_isRefusedWithItsName() throws Exception {
        Tls copy = copyOf(first);
        Files.delete(copy.certificate());
        assertThatThrownBy(() -> TlsMaterial.load(copy))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("certificate.pem: there is no such file");
    }

    @Test
    void load_fileHalfWritten_isRefused() throws Exception {
        Tls copy = copyOf(first);
        String whole = Files.readString(copy.certificate());
        for (int length : new int[] {0, 20, 300, whole.length() - 10}) {
            Files.writeString(copy.certificate(), whole.substring(0, length));
            assertThatThrownBy(() -> TlsMaterial.load(copy))
                    .as("%s characters", length)
                    .isInstanceOf(GeneralSecurityException.class)
                    .hasMessageContaining("certificate.pem");
        }
    }

    @Test
    void load_keyHalfWritten_isRefused() throws Exception {
        Tls copy = copyOf(first);
        String whole = Files.readString(copy.privateKey());
        for (int length : new int[] {0, 20, 100, whole.length() - 5}) {
            Files.writeString(copy.privateKey(), whole.substring(0, length));
            assertThatThrownBy(() -> TlsMaterial.load(copy))
                    .as("%s characters", length)
                    .isInstanceOf(GeneralSecurityException.class)
                    .hasMessageContaining("key.pem");
        }
    }

    @Test
    void load_keyOfAnOlderFormat_saysWhatIsAllowed() throws Exception {
        Tls copy = copyOf(first);
        Files.writeString(
                copy.privateKey(), "-----BEGIN EC PRIVATE KEY-----\nMHcCAQ==\n-----END EC PRIVATE KEY-----\n");
        assertThatThrownBy(() -> TlsMaterial.load(copy)).hasMessageContaining("allowed is PKCS#8, not encrypted");
    }

    @Test
    void load_enormousFile_isRefused() throws Exception {
        Tls copy = copyOf(first);
        Files.write(copy.trust(), new byte[(4 << 20) + 1]);
        assertThatThrownBy(() -> TlsMaterial.load(copy))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("trust.pem has more than");
    }

    @Test
    void load_certificateAndKeyInOneFileWithRemarks_areBothFound() throws Exception {
        Path both = own.resolve("both.pem");
        Files.writeString(
                both,
                "# made by hand\n" + Files.readString(first.privateKey()) + "subject=first\n"
                        + Files.readString(first.certificate()));
        TlsMaterial material = TlsMaterial.load(Tls.mutual(pki.trust(), both, both));
        assertThat(material.chain()).isEqualTo(TlsMaterial.load(first).chain());
    }

    @Test
    void fingerprint_changes_withCertificateAndTrustOnly() throws Exception {
        String before = TlsMaterial.load(first).fingerprint();
        assertThat(TlsMaterial.load(copyOf(first)).fingerprint()).isEqualTo(before);
        assertThat(TlsMaterial.load(second).fingerprint()).isNotEqualTo(before);
        Tls otherTrust = Tls.mutual(second.certificate(), first.certificate(), first.privateKey());
        assertThat(TlsMaterial.load(otherTrust).fingerprint()).isNotEqualTo(before);
        assertThat(TlsMaterial.load(Tls.systemTrust()).fingerprint()).isNotEqualTo(before);
    }

    @Test
    void expires_withoutCertificate_isUnknown() throws Exception {
        TlsMaterial material = TlsMaterial.load(Tls.trusting(pki.trust()));
        assertThat(material.expires()).isNull();
        assertThat(material.context().getProtocol()).isEqualTo("TLS");
    }

    @Test
    void toString_hasNoKey() throws Exception {
        assertThat(TlsMaterial.load(first)).hasToString("TlsMaterial[1 authorities, CN=first]");
    }

    private Tls copyOf(Tls tls) throws IOException {
        Path trust = own.resolve("trust.pem");
        Path certificate = own.resolve("certificate.pem");
        Path key = own.resolve("key.pem");
        Files.copy(tls.trust(), trust, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(tls.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(tls.privateKey(), key, StandardCopyOption.REPLACE_EXISTING);
        return Tls.mutual(trust, certificate, key);
    }
}
