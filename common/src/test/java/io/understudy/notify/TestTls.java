package io.understudy.notify;

import io.understudy.config.TlsSettings;
import io.understudy.testing.Programs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Both ends of TLS, of certificates of a test. */
final class TestTls {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private TestTls() {}

    /** Shows this certificate. @param folder for a key store */
    static SSLContext server(TlsSettings tls, Path folder) throws IOException, GeneralSecurityException {
        Path store = folder.resolve("store.p12");
        Programs.run(
                List.of(
                        "openssl",
                        "pkcs12",
                        "-export",
                        "-in",
                        tls.certificate().toString(),
                        "-inkey",
                        tls.key().toString(),
                        "-out",
                        store.toString(),
                        "-passout",
                        "pass:changeit"),
                Map.of(),
                "");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    /** Trusts the authority of this certificate alone. */
    static SSLContext client(TlsSettings tls) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, PASSWORD);
        try (InputStream in = Files.newInputStream(tls.ca())) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
