package dev.outpost.center;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/** The names that a certificate bears. */
final class CertificateNames {

    /** Kinds of alternative names, RFC 5280 §4.2.1.6. */
    private static final int DNS = 2;

    private static final int URI = 6;

    private CertificateNames() {}

    static Optional<String> refusal(String agentId, List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            return Optional.empty();
        }
        List<String> names = of(chain.get(0));
        return names.contains(agentId)
                ? Optional.empty()
                : Optional.of("the certificate names " + names + " and not the agent '" + agentId + "'");
    }

    private static List<String> of(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (rdn.getType().equalsIgnoreCase("CN")) {
                    names.add(rdn.getValue().toString());
                }
            }
            addAlternatives(certificate.getSubjectAlternativeNames(), names);
        } catch (InvalidNameException | CertificateParsingException e) {
            names.add("(unreadable: " + e.getMessage() + ")");
        }
        return names;
    }

    private static void addAlternatives(@Nullable Collection<List<?>> alternatives, List<String> names) {
        if (alternatives == null) {
            return;
        }
        for (List<?> alternative : alternatives) {
            Object kind = alternative.get(0);
            if (kind.equals(DNS) || kind.equals(URI)) {
                names.add(String.valueOf(alternative.get(1)));
            }
        }
    }
}
