package io.understudy.transport;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.understudy.config.TlsSettings;
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
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The certificate, key and authority of this server. What is renewed counts from the next handshake; connections that
 * stand go on.
 */
final class TlsFiles {
    /** Both sides are Understudy: there is no older one to speak with. */
    private static final String PROTOCOL = "TLSv1.3";

    private final TlsSettings settings;
    /** One for all channels: a channel that is made while a pair is replaced shows the pair before. */
    private final Reloading<Identity> keys;

    private final Reloading<X509ExtendedTrustManager> trust;

    TlsFiles(TlsSettings settings) {
        this.settings = settings;
        this.keys = Reloading.late(List.of(settings.certificate(), settings.key()), this::identity);
        this.trust = Reloading.late(List.of(settings.ca()), this::authorities);
    }

    /**
     * Callers need a certificate of the same authority. Until the files could be read once, each handshake fails.
     */
    SslContext server() {
        return context(SslContextBuilder.forServer(new ReloadingKeys(keys)).clientAuth(ClientAuth.REQUIRE));
    }

    /** @throws UnderstudyException {@code TLS_UNUSABLE} when the files could not be read yet */
    SslContext channel() {
        keys.get();
        trust.get();
        return context(SslContextBuilder.forClient().keyManager(new ReloadingKeys(keys)));
    }

    /** That a handshake is possible. @throws UnderstudyException {@code TLS_UNUSABLE} */
    void requireUsable() {
        identity();
        authorities();
    }

    private SslContext context(SslContextBuilder builder) {
        try {
            return GrpcSslContexts.configure(builder)
                    .trustManager(new ReloadingTrust(trust))
                    .protocols(PROTOCOL)
                    .build();
        } catch (IOException | IllegalArgumentException e) {
            throw unusable(e);
        }
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
                throw new CertificateException("no certificate in it");
            }
            return all;
        } catch (CertificateException e) {
            throw new CertificateException(file + " is not a file of certificates: " + e.getMessage(), e);
        }
    }

    /**
     * Looks at all three files as a peer with the same authorities would.
     *
     * @throws UnderstudyException {@code TLS_UNUSABLE} with the first fault found
     */
    void requireAccepted(Instant now) {
        Identity identity = identity();
        try {
            CertificateCheck.requireNames(identity.chain().get(0));
            CertificateCheck.requireAccepted(identity.chain(), authorities(), now);
            CertificateCheck.requireAuthorities(certificates(settings.ca()), now);
        } catch (IOException | GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    /** When this server's certificate expires. */
    Instant expiry() {
        return certificate().getNotAfter().toInstant();
    }

    /** The names that this server's certificate is for, as {@code primary.replicas} of the other lists one of them. */
    Set<String> names() {
        try {
            return PeerNames.of(certificate());
        } catch (CertificateParsingException e) {
            throw unusable(e);
        }
    }

    UnderstudyException unusable(Exception e) {
        String reason = e instanceof NoSuchFileException ? e.getMessage() + " does not exist" : e.getMessage();
        return new UnderstudyException(
                ErrorCode.TLS_UNUSABLE,
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
}
