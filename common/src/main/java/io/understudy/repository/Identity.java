package io.understudy.repository;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Copy;
import io.understudy.filestore.Filestore;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * The object {@code understudy.json}: which repository a filestore holds. Nothing signs it, so it is a hint for servers
 * that do not know the repository yet.
 *
 * @param format that of the repository
 * @param encryption how its content is encrypted; null where it is not
 */
record Identity(
        int format,
        UUID repository,
        String site,
        @JsonInclude(JsonInclude.Include.NON_NULL) SealedManifest.Encrypted encryption) {
    static final String KEY = "understudy.json";

    private static final int LONGEST = 64 << 10;

    Identity {
        Objects.requireNonNull(repository, "repository");
        Objects.requireNonNull(site, "site");
        if (format != Manifest.FORMAT) {
            throw new IllegalArgumentException("not a format that is written: " + format);
        }
    }

    Identity(UUID repository, String site) {
        this(Manifest.FORMAT, repository, site, null);
    }

    /** Whether both are of one repository, encrypted or not. */
    boolean isOf(Identity other) {
        return repository.equals(other.repository) && site.equals(other.site);
    }

    /** The same, and that the repository is encrypted. */
    Identity encrypted() {
        return new Identity(format, repository, site, SealedManifest.Encrypted.ofRepository());
    }

    /**
     * @return empty when there is no such object
     * @throws UnderstudyException {@code FORMAT_UNKNOWN}, {@code MANIFEST_DAMAGED} when there is, and it says nothing
     */
    static Optional<Identity> read(Filestore filestore) {
        return SmallObject.read(filestore, KEY, LONGEST).map(bytes -> parsed(filestore, bytes));
    }

    /**
     * @throws UnderstudyException {@code REPOSITORY_MISSING}, {@code WRONG_SITE}, and as {@link #read}
     */
    static Identity require(Filestore filestore, String site) {
        Identity found = read(filestore)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.REPOSITORY_MISSING,
                        "cannot open the repository in " + filestore.name() + ": there is none (no " + KEY + ")",
                        "correct filestore.url, or create the repository with agent-primary init;"
                                + " if the object was lost: agent-primary init --repair on the primary"));
        ManifestCodec.requireSite(KEY + " in " + filestore.name(), found.site(), site);
        return found;
    }

    /**
     * Of one of several filestores.
     *
     * @throws UnderstudyException {@code REPOSITORY_EXISTS} when it says that it holds another repository
     */
    static void requireSame(Copy copy, UUID repository) {
        readable(copy.store())
                .filter(found -> !found.repository().equals(repository))
                .ifPresent(found -> {
                    throw new UnderstudyException(
                            ErrorCode.REPOSITORY_EXISTS,
                            "cannot use filestore " + copy.name() + " ("
                                    + copy.store().name()
                                    + "): it holds another repository, " + found.repository() + " of site \""
                                    + found.site() + "\"",
                            "correct its url, or give it an empty place");
                });
    }

    /** What a filestore says; empty also where it says nothing that can be read. */
    static Optional<Identity> readable(Filestore filestore) {
        try {
            return read(filestore);
        } catch (UnderstudyException e) {
            if (!e.code().judgesContent()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Why the object in the filestore says something else than this; empty where it says this. */
    Optional<UnderstudyException> fault(Filestore filestore) {
        try {
            ManifestCodec.requireRepository(
                    KEY + " in " + filestore.name(),
                    require(filestore, site).repository().toString(),
                    repository);
            return Optional.empty();
        } catch (UnderstudyException e) {
            if (!JunkObject.isOfOneObject(e) && e.code() != ErrorCode.REPOSITORY_MISSING) {
                throw e;
            }
            return Optional.of(e);
        }
    }

    /** @return false when there is such an object already, of whatever content */
    boolean create(Filestore filestore) {
        return filestore.putIfAbsent(KEY, RepositoryJson.line(this));
    }

    /** Replaces what is there. */
    void write(Filestore filestore) {
        filestore.put(KEY, Content.of(RepositoryJson.line(this)));
    }

    private static Identity parsed(Filestore filestore, byte[] bytes) {
        String what = KEY + " in " + filestore.name();
        try {
            ManifestCodec.requireFormat(what, RepositoryJson.format(bytes, 0, bytes.length));
            return RepositoryJson.read(bytes, 0, bytes.length, Identity.class);
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FORMAT_UNKNOWN,
                    "cannot open the repository: " + what + " is not readable (" + RepositoryJson.why(e) + ")",
                    "write it again with agent-primary init --repair on the primary, or by hand:"
                            + " {\"format\":2,\"repository\":\"<uuid>\",\"site\":\"<site>\"}",
                    e);
        }
    }
}
