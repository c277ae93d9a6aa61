package io.understudy.transport;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.understudy.config.Settings.TlsSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/** The certificate, key and authority of this server. Read when they are used: a renewed certificate counts from the agent's next start. */
final class TlsFiles {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final TlsSettings settings;

    TlsFiles(TlsSettings settings) {
        this.settings = settings;
    }

    /** Callers need a certificate of the same authority. */
    ServerCredentials server() {
        try {
            return TlsServerCredentials.newBuilder()
                    .keyManager(file(settings.certificate()), file(settings.key()))
                    .trustManager(file(settings.ca()))
                    .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                    .build();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    ChannelCredentials channel() {
        try {
            return TlsChannelCredentials.newBuilder()
                    .keyManager(file(settings.certificate()), file(settings.key()))
                    .trustManager(file(settings.ca()))
                    .build();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** When this server's certificate expires. */
    Instant expiry() {
        return certificate().getNotAfter().toInstant();
    }

    /** The name that this server's certificate is for: an agent that is called by its address on its own host must answer to it. */
    String ownName() {
        X509Certificate certificate = certificate();
        return alternative(certificate, DNS_NAME)
                .or(() -> alternative(certificate, IP_ADDRESS))
                .orElseGet(() -> commonName(certificate));
    }

    UnderstudyException unusable(Exception e) {
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot use the files of tls (" + settings.certificate() + ", " + settings.key() + ", " + settings.ca()
                        + "): " + (e.getMessage() == null ? e : e.getMessage()),
                "they are PEM files: certificates, and a PKCS#8 key without a password (openssl pkcs8 -topk8 -nocrypt)",
                e);
    }

    private X509Certificate certificate() {
        try (InputStream in = Files.newInputStream(settings.certificate())) {
            Collection<? extends java.security.cert.Certificate> chain =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            return (X509Certificate) chain.stream()
                    .findFirst()
                    .orElseThrow(() -> new CertificateException("no certificate in " + settings.certificate()));
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

    private static File file(Path path) {
        return path.toFile();
    }
}
