package io.understudy.transport;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Makes a private authority and the certificates of servers, as files:
 *
 * <pre>
 * ca.pem             0644   the authority's certificate
 * authority.key      0600   its key: to be kept away from the servers
 * a.example.net/     0700   for one server: ca.pem, server.pem, and server.key with mode 0600
 * </pre>
 *
 * An authority that is there is used again.
 */
public final class CertificateMaker {
    private static final Pattern NAME =
            Pattern.compile("(?i)[a-z0-9][a-z0-9-]{0,62}(?:\\.[a-z0-9][a-z0-9-]{0,62})*+|[0-9a-f]*:[0-9a-f:]*");
    private static final Base64.Encoder BASE64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

    private final Keytool keytool;

    public CertificateMaker(Keytool keytool) {
        this.keytool = keytool;
    }

    /**
     * @param created whether the authority is a new one
     * @param servers the folders with the files of each
     */
    public record Made(String ca, boolean created, List<String> servers) {}

    /**
     * @param servers DNS names or addresses, as the other servers call them
     * @param days how long the servers' certificates hold; the authority's holds ten years
     * @param renew whether files of a server that are there are replaced
     * @throws UnderstudyException {@code USAGE} when a name is none, {@code FILE_FAILED} when files are there already,
     *     {@code COMMAND_FAILED} when keytool fails
     */
    public Made make(Path folder, List<String> servers, Keytool.KeyKind kind, int days, boolean renew) {
        servers.forEach(CertificateMaker::requireName);
        servers.forEach(server -> requireFree(folder.resolve(server), renew));
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        Path ca = folder.resolve("ca.pem");
        boolean created = !Files.exists(ca);
        Path authorityKey = folder.resolve("authority.key");
        if (created && Files.exists(authorityKey)) {
            throw FileFailure.of(
                    "write",
                    authorityKey,
                    new IOException(
                            "it is there without its ca.pem: copy that from a server, or delete the key where no server has one"));
        }
        try {
            Keytool.Pair authority = created ? keytool.authority(kind) : Keytool.Pair.read(ca, authorityKey);
            if (created) {
                write(authorityKey, "PRIVATE KEY", authority.key().getEncoded(), AtomicFiles.PRIVATE);
                write(ca, "CERTIFICATE", authority.certificate().getEncoded(), AtomicFiles.READABLE);
            }
            List<String> made = new ArrayList<>();
            for (String server : servers) {
                made.add(server(folder.resolve(server), authority, keytool.server(authority, server, kind, days)));
            }
            return new Made(ca.toString(), created, made);
        } catch (IOException | GeneralSecurityException e) {
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED,
                    "cannot make certificates in " + folder + ": " + e.getMessage(),
                    "give --to a folder that is empty, or one with ca.pem and authority.key of an authority",
                    e);
        }
    }

    private static String server(Path folder, Keytool.Pair authority, Keytool.Pair own)
            throws GeneralSecurityException {
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        write(folder.resolve("server.key"), "PRIVATE KEY", own.key().getEncoded(), AtomicFiles.PRIVATE);
        write(folder.resolve("server.pem"), "CERTIFICATE", own.certificate().getEncoded(), AtomicFiles.READABLE);
        write(folder.resolve("ca.pem"), "CERTIFICATE", authority.certificate().getEncoded(), AtomicFiles.READABLE);
        return folder.toString();
    }

    private static void write(Path file, String kind, byte[] der, Set<PosixFilePermission> permissions) {
        String pem = "-----BEGIN " + kind + "-----\n" + BASE64.encodeToString(der) + "\n-----END " + kind + "-----\n";
        AtomicFiles.write(file, pem.getBytes(StandardCharsets.US_ASCII), permissions);
    }

    private static void requireFree(Path server, boolean renew) {
        if (!renew && Files.exists(server)) {
            throw FileFailure.of("write", server, new IOException("it is there already; --renew replaces its files"));
        }
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot make a certificate for \"" + PlainText.of(name) + "\": it is no DNS name or address",
                    "name each server as the other one's replica.primaries does, without the port");
        }
    }
}
