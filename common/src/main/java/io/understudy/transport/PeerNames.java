package io.understudy.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The names that a certificate is for, as they are compared: in lower case, addresses as Java writes them. */
final class PeerNames {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private PeerNames() {}

    /** Its subject alternative names; the subject itself is no name (RFC 6125, 6.4.4). */
    static Set<String> of(X509Certificate certificate) throws CertificateParsingException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        Set<String> all = new TreeSet<>();
        if (names != null) {
            names.stream()
                    .filter(name -> name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS))
                    .forEach(name -> all.add(normal((String) name.get(1))));
        }
        return all;
    }

    static String normal(String name) {
        if (!ADDRESS.matcher(name).matches()) {
            return name.toLowerCase(Locale.ROOT);
        }
        try {
            return InetAddress.getByName(name).getHostAddress();
        } catch (UnknownHostException e) {
            return name;
        }
    }
}
