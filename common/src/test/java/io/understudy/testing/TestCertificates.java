package io.understudy.testing;

import io.understudy.config.TlsSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A certificate authority for tests, made by OpenSSL. */
public final class TestCertificates {
    /** What gRPC's TLS accepts, and what it does not. */
    public static final List<String> ECDSA = List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256");

    public static final List<String> ED25519 = List.of("-newkey", "ed25519");

    private final List<String> newKey;
    private final Path folder;
    private final Path certificate;
    private final Path key;

    /** @param name of the authority; different ones may share a folder */
    public TestCertificates(Path folder, String name) {
        this(folder, name, ECDSA);
    }

    /** @param newKey OpenSSL's options for a key */
    public TestCertificates(Path folder, String name, List<String> newKey) {
        this.newKey = newKey;
        this.folder = folder;
        this.certificate = folder.resolve(name + ".ca.pem");
        this.key = folder.resolve(name + ".ca.key");
        openssl(List.of(
                "-keyout", key.toString(), "-out", certificate.toString(), "-subj", "/CN=" + name, "-days", "400"));
    }

    /** A certificate and key for a server. @param alternatives as {@code DNS:a.example.net,IP:127.0.0.1} */
    public TlsSettings issue(String name, String alternatives) {
        return issue(name, alternatives, List.of());
    }

    /** @param more options of OpenSSL */
    public TlsSettings issue(String name, String alternatives, List<String> more) {
        Path issued = folder.resolve(name + ".pem");
        Path issuedKey = folder.resolve(name + ".key");
        List<String> options = new ArrayList<>(List.of(
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
        options.addAll(more);
        openssl(options);
        return new TlsSettings(issued, issuedKey, certificate);
    }

    /** A certificate that expired yesterday. */
    public TlsSettings issueExpired(String name, String alternatives) {
        Path issued = folder.resolve(name + ".pem");
        Path issuedKey = folder.resolve(name + ".key");
        String script = """
                set -eu; cd "$1"; name=$2
                openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -subj "/CN=$name" -out "$name.csr"
                printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n' "$3" >"$name.ext"
                # Releases from 3.4 on take no end before the beginning, and older ones take only days.
                past="-not_before 20200101000000Z -not_after 20200102000000Z"
                openssl x509 -help 2>&1 | grep -q -e -not_after || past="-days -1"
                openssl x509 -req -in "$name.csr" -CA "$4" -CAkey "$5" -CAcreateserial $past -extfile "$name.ext" -out "$name.pem"
                """;
        Programs.run(
                List.of(
                        "sh",
                        "-c",
                        script,
                        "sh",
                        folder.toString(),
                        name,
                        alternatives,
                        certificate.toString(),
                        key.toString()),
                Map.of(),
                "");
        return new TlsSettings(issued, issuedKey, certificate);
    }

    private void openssl(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes"));
        if (!arguments.contains("-days")) {
            command.addAll(List.of("-days", "2"));
        }
        command.addAll(newKey);
        command.addAll(arguments);
        Programs.run(command, Map.of(), "");
    }
}
