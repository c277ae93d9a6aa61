package io.understudy.transport;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Makes key pairs and certificates with {@code keytool}, which every Java machine has: Java has no public means to sign
 * a certificate, and a library for it would be ten megabytes for one command. Works in a folder of its own, which is
 * gone afterwards; the password of its key stores is random and travels in the environment.
 */
public final class Keytool {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String PASSWORD = "UNDERSTUDY_KEYTOOL_PASSWORD";
    private static final String ALIAS = "pair";
    private static final String AUTHORITY = "authority";
    /** It runs for a moment, and the optimizing compiler doubles what that costs; an RSA key needs that compiler. */
    private static final String QUICK = "-J-XX:TieredStopAtLevel=1";

    private static final String AUTHORITY_DAYS = "3650";

    private final CommandRunner runner;
    private final Path folder;
    private final String password;

    /** @param folder private, empty, and the caller's to delete */
    public Keytool(CommandRunner runner, Path folder) {
        this.runner = runner;
        this.folder = folder;
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        this.password = HexFormat.of().formatHex(random);
    }

    /** What gRPC's TLS speaks. */
    public enum KeyKind {
        EC(List.of(QUICK, "-keyalg", "EC", "-groupname", "secp256r1"), "digitalSignature"),
        RSA(List.of("-keyalg", "RSA", "-keysize", "3072"), "digitalSignature,keyEncipherment");

        private final List<String> options;
        private final String usage;

        KeyKind(List<String> options, String usage) {
            this.options = options;
            this.usage = usage;
        }
    }

    /** A certificate and its key. */
    record Pair(X509Certificate certificate, PrivateKey key) {
        static Pair read(Path certificate, Path key) throws IOException, GeneralSecurityException {
            try (InputStream in = Files.newInputStream(certificate)) {
                X509Certificate read = (X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(in);
                PrivateKey own = PrivateKeyFile.read(key);
                PrivateKeyFile.requirePair(own, read.getPublicKey());
                return new Pair(read, own);
            }
        }
    }

    Pair authority(KeyKind kind) throws IOException, GeneralSecurityException {
        Path store = folder.resolve("new-authority.p12");
        generate(
                store,
                kind,
                "CN=understudy",
                List.of(
                        "-validity",
                        AUTHORITY_DAYS,
                        "-ext",
                        "bc:c=ca:true,pathlen:0",
                        "-ext",
                        "ku:c=keyCertSign,cRLSign"));
        return load(store);
    }

    /** For server and client use, from an hour ago on: clocks differ. */
    Pair server(Pair authority, String name, KeyKind kind, int days) throws IOException, GeneralSecurityException {
        Path store = folder.resolve("server.p12");
        save(authority, store);
        boolean address = name.matches("[0-9.]+|.*:.*");
        generate(
                store,
                kind,
                "CN=" + name.replace(':', '-'),
                List.of(
                        "-signer",
                        AUTHORITY,
                        "-validity",
                        Integer.toString(days),
                        "-startdate",
                        "-1H",
                        "-ext",
                        "bc:c=ca:false",
                        "-ext",
                        "ku:c=" + kind.usage,
                        "-ext",
                        "eku=serverAuth,clientAuth",
                        "-ext",
                        "san=" + (address ? "ip:" : "dns:") + name));
        return load(store);
    }

    private void generate(Path store, KeyKind kind, String subject, List<String> more) {
        String program =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        List<String> arguments = new ArrayList<>(List.of(
                program,
                "-J-Duser.language=en",
                "-J-XX:+UseSerialGC",
                "-genkeypair",
                "-alias",
                ALIAS,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass:env",
                PASSWORD,
                "-dname",
                subject));
        arguments.addAll(kind.options);
        arguments.addAll(more);
        CommandResult result = runner.run(Command.of(arguments, LIMIT).with(Map.of(PASSWORD, password)));
        if (result.exitCode() != 0) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_FAILED,
                    "cannot make a certificate: keytool failed: "
                            + PlainText.of(result.output() + " " + result.errors()),
                    "install a Java runtime that has bin/keytool, or use the openssl commands of docs/install.md");
        }
    }

    private Pair load(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password.toCharArray());
        }
        return new Pair((X509Certificate) store.getCertificate(ALIAS), (PrivateKey)
                store.getKey(ALIAS, password.toCharArray()));
    }

    private void save(Pair pair, Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(AUTHORITY, pair.key(), password.toCharArray(), new X509Certificate[] {pair.certificate()});
        try (var out = Files.newOutputStream(file)) {
            store.store(out, password.toCharArray());
        }
    }
}
