package io.understudy.repository.key;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A key as a PEM file (RFC 7468), as OpenSSL reads and writes it. */
final class PemFile {
    static final String PRIVATE = "PRIVATE KEY";
    static final String PUBLIC = "PUBLIC KEY";

    static final String CREATE =
            "create the pair with agent-replica init on a standby, agent-primary init on the primary";

    private static final int LONGEST = 64 << 10;
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s([^-]*)-----END \\1-----");

    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwxr-xr-x");

    private PemFile() {}

    /**
     * The bytes of the file's first block.
     *
     * @param label {@link #PRIVATE} or {@link #PUBLIC}
     * @throws UnderstudyException {@code KEY_MISSING}, {@code KEY_INVALID}
     */
    static byte[] read(Path file, String label) {
        Matcher matcher = BLOCK.matcher(text(file));
        if (!matcher.find()) {
            throw invalid(file, "it is not a PEM file", "give the path of a PEM file with an Ed25519 key", null);
        }
        if (!matcher.group(1).equals(label)) {
            throw invalid(
                    file,
                    "it holds a " + matcher.group(1) + ", not a " + label,
                    label.equals(PRIVATE)
                            ? "give the path of an unencrypted PKCS#8 private key"
                            : "give the public key: for x.pem it is x.pub.pem",
                    null);
        }
        try {
            return Base64.getMimeDecoder().decode(matcher.group(2));
        } catch (IllegalArgumentException e) {
            throw invalid(file, "its Base64 text is damaged", "restore the key from your safe copy", null);
        }
    }

    /** Refuses a file that others than its owner may read or write. */
    static void requirePrivate(Path file) {
        try {
            Set<PosixFilePermission> others = EnumSet.noneOf(PosixFilePermission.class);
            others.addAll(Files.getPosixFilePermissions(file));
            others.removeAll(PosixFilePermissions.fromString("rwx------"));
            if (!others.isEmpty()) {
                throw invalid(file, "others than its owner may use it", "chmod 600 " + file, null);
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        } catch (UnsupportedOperationException e) {
            // A file system without POSIX permissions has no others to keep out in this way.
            return;
        }
    }

    /**
     * Creates the file; it is never there in part, never readable for more than {@code permissions}, durable on return.
     *
     * @throws UnderstudyException {@code KEY_INVALID} when the file exists already: a key is never overwritten
     */
    static void create(Path file, String label, byte[] encoded, Set<PosixFilePermission> permissions) {
        try {
            AtomicFiles.createFolders(file.toAbsolutePath().getParent(), FOLDER);
            try (AtomicFiles.Draft draft = AtomicFiles.draft(file, permissions)) {
                draft.out().write(block(label, encoded));
                draft.commitNew();
            }
        } catch (FileAlreadyExistsException e) {
            throw exists(file);
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED,
                    "cannot create key " + file + ": " + e,
                    "make the folder writable for this user",
                    e);
        }
    }

    static UnderstudyException exists(Path file) {
        return new UnderstudyException(
                ErrorCode.KEY_INVALID,
                "cannot create key " + file + ": a file is there already",
                "a key is never overwritten: use it, or move it away first");
    }

    static UnderstudyException invalid(Path file, String why, String hint, Throwable cause) {
        return new UnderstudyException(ErrorCode.KEY_INVALID, "cannot use key " + file + ": " + why, hint, cause);
    }

    private static String text(Path file) {
        try {
            byte[] bytes;
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes(LONGEST + 1);
            }
            if (bytes.length > LONGEST) {
                throw invalid(
                        file, "it is too long for a key", "give the path of a PEM file with an Ed25519 key", null);
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new UnderstudyException(
                    ErrorCode.KEY_MISSING,
                    "cannot use key " + file + ": there is no such file",
                    CREATE + ", or copy the key to this server",
                    e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static UnderstudyException unreadable(Path file, IOException e) {
        return invalid(file, "it cannot be read (" + e + ")", "make it readable for the user of the agent", e);
    }

    private static byte[] block(String label, byte[] encoded) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return ("-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
