package io.understudy.transport;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.understudy.config.Settings.TlsSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Reloading;
import io.understudy.transport.ReloadingKeys.Identity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The certificate, key and authority of this server. What is renewed counts from the next handshake; connections that
 * stand go on.
 */
final class TlsFiles {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final TlsSettings settings;

    TlsFiles(TlsSettings settings) {
        this.settings = settings;
    }

    /** Callers need a certificate of the same authority. */
    ServerCredentials server() {
        return TlsServerCredentials.newBuilder()
                .keyManager(keys())
                .trustManager(trust())
                .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                .build();
    }

    ChannelCredentials channel() {
        return TlsChannelCredentials.newBuilder()
                .keyManager(keys())
                .trustManager(trust())
                .build();
    }

    private ReloadingKeys keys() {
        return new ReloadingKeys(Reloading.read(List.of(settings.certificate(), settings.key()), this::identity));
    }

    private ReloadingTrust trust() {
        return new ReloadingTrust(Reloading.read(List.of(settings.ca()), this::authorities));
    }

    /** Both halves of one pair: while only one of them is replaced there is none. */
    private Identity identity() {
        try {
            List<X509Certificate> chain = certificates(settings.certificate());
            CertificateCheck.requireAlgorithm(chain);
            PrivateKey key = PrivateKeyFile.read(settings.key());
            PrivateKeyFile.requirePair(key, chain.get(0).getPublicKey());
            return new Identity(chain, key);
        } catch (IOException | GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    private X509ExtendedTrustManager authorities() {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            List<X509Certificate> all = certificates(settings.ca());
            CertificateCheck.requireAlgorithm(all);
            for (X509Certificate authority : all) {
                store.setCertificateEntry("authority-" + number++, authority);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
        } catch (IOException | GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    private static List<X509Certificate> certificates(Path file) throws IOException, CertificateException {
        try (InputStream in = Files.newInputStream(file)) {
            List<X509Certificate> all = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (all.isEmpty()) {
                throw new CertificateException("no certificate in " + file);
            }
            return all;
        }
    }

    /**
     * Looks at all three files as a peer with the same authorities would.
     *
     * @throws UnderstudyException {@code CONFIG_INVALID} with the first fault found
     */
    void requireAccepted(Instant now) {
        Identity identity = identity();
        try {
            CertificateCheck.requireAccepted(identity.chain(), authorities(), now);
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    /** When this server's certificate expires. */
    Instant expiry() {
        return certificate().getNotAfter().toInstant();
    }

    /**
     * The name that this server's certificate is for: an agent that is called by its address on its own host must
     * answer to it.
     */
    String ownName() {
        X509Certificate certificate = certificate();
        return alternative(certificate, DNS_NAME)
                .or(() -> alternative(certificate, IP_ADDRESS))
                .orElseGet(() -> commonName(certificate));
    }

    UnderstudyException unusable(Exception e) {
        String reason = e instanceof NoSuchFileException ? e.getMessage() + " does not exist" : e.getMessage();
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot use the files of tls (" + settings.certificate() + ", " + settings.key() + ", " + settings.ca()
                        + "): " + (reason == null ? e : reason),
                "docs/install.md shows the commands that make them: PEM certificates of RSA or ECDSA keys from one authority,"
                        + " for server and client use, and a PKCS#8 key without a password",
                e);
    }

    private X509Certificate certificate() {
        try {
            return certificates(settings.certificate()).get(0);
        } catch (IOException | CertificateException e) {
            throw unusable(e);
        }
    }

    private Optional<String> alternative(X509Certificate certificate, int kind) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? Optional.empty()
                    : names.stream()
                            .filter(name -> name.get(0).equals(kind))
                            .map(name -> ((String) name.get(1)).replace("*", "understudy"))
                            .findFirst();
        } catch (CertificateException e) {
            throw unusable(e);
        }
    }

    private String commonName(X509Certificate certificate) {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(part -> part.getValue().toString())
                            .findFirst()
                            .orElseThrow(() -> new InvalidNameException("the certificate is for no name"));
        } catch (InvalidNameException e) {
            throw unusable(e);
        }
    }
}
