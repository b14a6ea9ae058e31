package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.ConfigurationException;
import dev.outpost.agent.ConfigurationException.Problem;
import dev.outpost.agent.transport.Credentials;
import dev.outpost.agent.transport.Tls;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link WebSocketTransport} was told, and whether that can work.
 *
 * @param target what should be a URI
 * @param headers those of the handshake besides its own
 * @param forms what to offer, best first
 * @param tls certificates, or null for the default
 * @param plaintext no encryption
 * @param credentials what to show, or null for nothing
 * @param tokenPatience how long the credentials may take
 * @param proxy chooses the proxy, or null for the JVM's
 * @param maxMessageBytes the largest message, both ways
 */
record AgentSettings(
        String target,
        List<Header> headers,
        List<WebSocketTransport.Form> forms,
        @Nullable Tls tls,
        boolean plaintext,
        @Nullable Credentials credentials,
        Duration tokenPatience,
        @Nullable ProxySelector proxy,
        int maxMessageBytes) {

    private static final int MAX_HEADERS = 64;
    private static final Pattern LOOPBACK = Pattern.compile("127(\\.[0-9]{1,3}){3}");

    /** One header of the handshake. */
    record Header(String name, String value) {}

    /** Copies the lists. */
    AgentSettings {
        headers = List.copyOf(headers);
        forms = List.copyOf(forms);
    }

    /** Certificates, or null for plaintext. */
    @Nullable Tls tlsToUse() {
        return plaintext ? null : tls == null ? Tls.systemTrust() : tls;
    }

    /**
     * The target.
     *
     * @throws ConfigurationException listing every setting that cannot work
     */
    URI check() {
        List<Problem> problems = new ArrayList<>();
        URI uri = uri(problems);
        if (tls != null && plaintext) {
            problems.add(new Problem("tls", "set, and plaintext too", "tls or plaintext"));
        } else if (tls != null) {
            tls.problems().forEach(line -> problems.add(new Problem("tls", line, "readable files")));
        }
        if (headers.size() > MAX_HEADERS) {
            problems.add(new Problem("header", "set " + headers.size() + " times", "at most " + MAX_HEADERS));
        }
        headers.forEach(header -> check(header, problems));
        if (plaintext && uri != null && !isThisHost(uri.getHost())) {
            secretsOverPlaintext(uri.getHost(), problems);
        }
        if (Set.copyOf(forms).size() < forms.size()) {
            problems.add(new Problem("subprotocols", forms.toString(), "each at most once"));
        }
        if (maxMessageBytes < 64 * 1024 || maxMessageBytes > 64 << 20) {
            problems.add(new Problem("maxMessageBytes", Integer.toString(maxMessageBytes), "65536 to 67108864"));
        }
        if (!problems.isEmpty() || uri == null) {
            throw new ConfigurationException(problems);
        }
        return uri;
    }

    private @Nullable URI uri(List<Problem> problems) {
        String scheme = plaintext ? "ws" : "wss";
        String allowed = scheme + "://host:port/path, without user and fragment"
                + (plaintext ? "" : "; ws://… with plaintext()");
        try {
            URI uri = URI.create(target);
            if (scheme.equalsIgnoreCase(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawFragment() == null
                    && uri.getPort() != 0
                    && uri.getPort() <= 65_535) {
                return uri;
            }
            problems.add(new Problem("to", "'" + withoutUser(target) + "'", allowed));
        } catch (IllegalArgumentException e) {
            problems.add(new Problem("to", "no URI: " + withoutUser(String.valueOf(e.getMessage())), allowed));
        }
        return null;
    }

    /** By its look: a name could lead elsewhere tomorrow. */
    private static boolean isThisHost(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.equals("[::1]")
                || LOOPBACK.matcher(host).matches();
    }

    /** Everybody on the way could read them, and come as this agent. */
    private void secretsOverPlaintext(String host, List<Problem> problems) {
        String how = "set, and plaintext to " + host;
        String allowed = "TLS, or a loopback address";
        if (credentials != null) {
            problems.add(new Problem("credentials", how, allowed));
        }
        headers.stream()
                .filter(header -> header.name().equalsIgnoreCase("Authorization"))
                .forEach(header -> problems.add(new Problem("header", header.name() + " " + how, allowed)));
    }

    /** A password may stand before the @. */
    private static String withoutUser(String text) {
        return text.replaceAll("//[^/@]*@", "//…@");
    }

    private void check(Header header, List<Problem> problems) {
        String name = header.name().toLowerCase(Locale.ROOT);
        if (name.startsWith("sec-websocket-") || (name.equals("authorization") && credentials != null)) {
            problems.add(new Problem("header", header.name(), "headers that are not set otherwise"));
            return;
        }
        try {
            // The JDK knows which it takes; the value may be a secret, so it is not told.
            HttpRequest.newBuilder().header(header.name(), header.value());
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(
                    "header", "'" + header.name() + "' or its value", "headers that the JDK's client lets be set"));
        }
    }
}
