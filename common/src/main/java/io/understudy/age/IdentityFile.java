package io.understudy.age;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/** A file with identities as {@code age-keygen} writes it: one a line, and comments that begin with {@code #}. */
public final class IdentityFile {
    private static final int LONGEST = 64 << 10;
    private static final Set<PosixFilePermission> OWN =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private IdentityFile() {}

    /**
     * @return at least one
     * @throws UnderstudyException {@code KEY_MISSING}, {@code KEY_INVALID}, also for a file that others may read
     */
    public static List<AgeIdentity> load(Path file) {
        String text = text(file);
        requirePrivate(file);
        List<AgeIdentity> all = text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(line -> parsed(file, line))
                .toList();
        if (all.isEmpty()) {
            throw invalid(file, "it holds no identity", null);
        }
        return all;
    }

    private static AgeIdentity parsed(Path file, String line) {
        try {
            return AgeIdentity.parse(line);
        } catch (IllegalArgumentException e) {
            throw invalid(file, "a line of it is no identity: " + e.getMessage(), e);
        }
    }

    private static String text(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LONGEST + 1);
            if (bytes.length > LONGEST) {
                throw invalid(file, "it is longer than " + LONGEST + " bytes", null);
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new UnderstudyException(
                    ErrorCode.KEY_MISSING,
                    "cannot use identity " + file + ": there is no such file",
                    "make it with age-keygen -o " + file + ", or correct encryption.identity",
                    e);
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.KEY_MISSING,
                    "cannot read identity " + file + ": " + e,
                    "make it readable for the agents' user alone",
                    e);
        }
    }

    private static void requirePrivate(Path file) {
        try {
            if (!OWN.containsAll(Files.getPosixFilePermissions(file))) {
                throw new UnderstudyException(
                        ErrorCode.KEY_INVALID,
                        "cannot use identity " + file + ": others than its owner may use it",
                        "chmod 600 " + file);
            }
        } catch (IOException e) {
            throw invalid(file, e.toString(), e);
        } catch (UnsupportedOperationException e) {
            // A file system without POSIX permissions has no others to keep out in this way.
            return;
        }
    }

    private static UnderstudyException invalid(Path file, String why, Throwable cause) {
        return new UnderstudyException(
                ErrorCode.KEY_INVALID,
                "cannot use identity " + file + ": " + why,
                "give a file that age-keygen wrote, with lines AGE-SECRET-KEY-1…",
                cause);
    }
}
