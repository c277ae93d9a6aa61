package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import java.io.IOException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * When retention went through the repository last, by the filestore's own clock: the clock that measures the age of
 * content. One object, {@code retention.json}, rewritten each time:
 * {@code {"format":1,"server":"a.example.net","epoch":1,"when":"2026-11-20T03:10:00Z"}}.
 */
public final class PruneMarker {
    private static final String KEY = "retention.json";
    private static final int LONGEST = 64 << 10;

    private final Filestore filestore;

    PruneMarker(Filestore filestore) {
        this.filestore = filestore;
    }

    /**
     * Notes that retention begins.
     *
     * @param server who prunes
     * @param when by the server's clock, for people
     * @return now, by the filestore's clock
     */
    public Instant begin(String server, int epoch, Instant when) {
        filestore.put(KEY, Content.of(RepositoryJson.line(new Begun(Manifest.FORMAT, server, epoch, when))));
        return last().orElseThrow(() -> new UnderstudyException(
                ErrorCode.FILESTORE_FAILED,
                "cannot read the clock of " + filestore.name() + ": " + KEY + " disappeared right after it was written",
                "find the server or program that deletes objects there, and stop it"));
    }

    /** When retention began last, by the filestore's clock; empty when it never did. */
    public Optional<Instant> last() {
        return filestore.stat(KEY).map(ObjectInfo::modified);
    }

    /**
     * Reads the note, where there is one.
     *
     * @throws UnderstudyException {@code STATE_DAMAGED} when it is not what Understudy wrote
     */
    void check() {
        try {
            // Asked for first: one of several filestores that is away may have it, and then it counts as unreachable.
            Optional<byte[]> bytes = last().flatMap(there -> SmallObject.read(filestore, KEY, LONGEST));
            if (bytes.isPresent()) {
                Begun begun = RepositoryJson.read(bytes.get(), 0, bytes.get().length, Begun.class);
                Objects.requireNonNull(begun.server(), "server");
                Objects.requireNonNull(begun.when(), "when");
            }
        } catch (IOException | NullPointerException e) {
            throw damaged(e);
        } catch (UnderstudyException e) {
            throw e.code() == ErrorCode.MANIFEST_DAMAGED ? damaged(e) : e;
        }
    }

    private UnderstudyException damaged(Exception cause) {
        return new UnderstudyException(
                ErrorCode.STATE_DAMAGED,
                "cannot read " + KEY + " in " + filestore.name() + ": " + cause.getMessage(),
                "remove that object: the next retention writes it again",
                cause);
    }

    private record Begun(int format, String server, int epoch, Instant when) {}
}
