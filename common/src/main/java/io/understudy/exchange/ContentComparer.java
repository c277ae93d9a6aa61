package io.understudy.exchange;

import io.understudy.files.ContentHash;
import io.understudy.files.FileCache;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.Sha256;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeWalker.Found;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a file on disk has the content that is wanted. It is read only when the cache does not know it. Not
 * thread-safe.
 */
public final class ContentComparer {
    private final FileCache.Reader known;
    private final FileCache.Writer fresh;
    private final Clock clock;
    private final byte[] buffer = new byte[1 << 18];

    public ContentComparer(FileCache.Reader known, FileCache.Writer fresh, Clock clock) {
        this.known = known;
        this.fresh = fresh;
        this.clock = clock;
    }

    /** Files must be asked for in order. */
    boolean same(Found found, TreeEntry.File wanted) {
        if (found.stat().size() != wanted.size()) {
            return false;
        }
        Optional<ContentHash> hash = known.find(found.path(), found.stat());
        if (hash.isPresent()) {
            fresh.add(found.path(), found.stat(), hash.get());
            return hash.get().equals(wanted.hash());
        }
        return read(found).filter(wanted.hash()::equals).isPresent();
    }

    private Optional<ContentHash> read(Found found) {
        Instant began = clock.instant();
        MessageDigest digest = Sha256.digest();
        try (InputStream in = Files.newInputStream(found.location(), LinkOption.NOFOLLOW_LINKS)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            ContentHash hash = ContentHash.of(digest.digest());
            if (FileStat.of(found.location()).sameContent(found.stat())) {
                fresh.add(found.path(), found.stat(), hash, began);
            }
            return Optional.of(hash);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("read", found.location(), e);
        }
    }
}
