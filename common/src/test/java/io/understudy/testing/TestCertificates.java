package io.understudy.testing;

import io.understudy.config.Settings.TlsSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A certificate authority for tests, made by OpenSSL. */
public final class TestCertificates {
    private final Path folder;
    private final Path certificate;
    private final Path key;

    /** @param name of the authority; different ones may share a folder */
    public TestCertificates(Path folder, String name) {
        this.folder = folder;
        this.certificate = folder.resolve(name + ".ca.pem");
        this.key = folder.resolve(name + ".ca.key");
        openssl(List.of("-keyout", key.toString(), "-out", certificate.toString(), "-subj", "/CN=" + name));
    }

    /** A certificate and key for a server. @param alternatives as {@code DNS:a.example.net,IP:127.0.0.1} */
    public TlsSettings issue(String name, String alternatives) {
        Path issued = folder.resolve(name + ".pem");
        Path issuedKey = folder.resolve(name + ".key");
        openssl(List.of(
                "-keyout",
                issuedKey.toString(),
                "-out",
                issued.toString(),
                "-subj",
                "/CN=" + name,
                "-addext",
                "subjectAltName=" + alternatives,
                "-addext",
                "basicConstraints=critical,CA:FALSE",
                "-CA",
                certificate.toString(),
                "-CAkey",
                key.toString()));
        return new TlsSettings(issued, issuedKey, certificate);
    }

    private static void openssl(List<String> arguments) {
        List<String> command = new java.util.ArrayList<>(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2"));
        command.addAll(arguments);
        Programs.run(command, Map.of(), "");
    }
}
