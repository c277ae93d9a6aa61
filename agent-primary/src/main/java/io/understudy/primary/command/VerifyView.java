package io.understudy.primary.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.cli.Bytes;
import io.understudy.filestore.ContentLock;
import io.understudy.filestore.Copy;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verified;
import io.understudy.time.Moments;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The result of {@code agent-primary verify [ID]} for a sound snapshot:
 * {@code {"snapshot":"00000001-00000003","blobs":1234,"bytes":53477376,"seconds":2.104,"lock_days":30,
 * "locked_until":"2026-12-20T10:00:00Z"}}, with the number of different blobs and their plain bytes. One that is not
 * sound is a failure, whose message lists the faults.
 *
 * @param read false where there is no identity: all blobs are there, and no content was read; otherwise null
 * @param lockDays how long content is locked in the store; null where it is not
 * @param lockedUntil the end of the manifest's lock; null where there is none
 * @param locks of several filestores those that lock content; absent where there is none
 */
record VerifyView(
        SnapshotId snapshot,
        long blobs,
        long bytes,
        double seconds,
        @JsonInclude(JsonInclude.Include.NON_NULL) Boolean read,
        Long lockDays,
        Instant lockedUntil,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<StoreLock> locks) {
    /** @param lockedUntil the end of the manifest's lock there; null where there is none */
    record StoreLock(String filestore, long lockDays, Instant lockedUntil) {
        private static Optional<StoreLock> of(Copy copy, SnapshotId snapshot) {
            return copy.store()
                    .lock()
                    .map(lock -> new StoreLock(
                            copy.name(),
                            lock.length().toDays(),
                            lock.until(snapshot.key()).orElse(null)));
        }
    }

    static VerifyView of(Verified verified, Duration took, Repository repository) {
        Optional<ContentLock> lock = repository.lock();
        return new VerifyView(
                verified.snapshot(),
                verified.blobs(),
                verified.bytes(),
                took.toMillis() / 1000.0,
                repository.blobs().areReadable() ? null : false,
                lock.map(each -> each.length().toDays()).orElse(null),
                lock.flatMap(each -> each.until(verified.snapshot().key())).orElse(null),
                repository.copies().stream()
                        .flatMap(copy -> StoreLock.of(copy, verified.snapshot()).stream())
                        .toList());
    }

    String text() {
        return String.format(
                Locale.ROOT,
                "snapshot %s is %s: %d blobs, %s, in %.1f s%s",
                snapshot,
                read == null ? "sound" : "there, its content was not read",
                blobs,
                Bytes.text(bytes),
                seconds,
                locking());
    }

    private String locking() {
        String all = locks.stream()
                .map(each -> locked(" in " + each.filestore(), each.lockDays(), each.lockedUntil()))
                .collect(Collectors.joining());
        return lockDays == null ? all : locked("", lockDays, lockedUntil);
    }

    private static String locked(String where, long days, Instant until) {
        return "; content" + where + " is locked for " + days + " days, this snapshot "
                + (until == null ? "is not" : "until " + Moments.text(until));
    }
}
