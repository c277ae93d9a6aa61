package io.understudy.repository;

import io.understudy.failure.Cancellation;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.ObjectInfo;
import io.understudy.progress.Progress;
import io.understudy.repository.Resealing.Result;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobMoving;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SigningKey;
import io.understudy.tasks.TaskScope;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Moves one filestore of a plain repository over to encryption. Each blob gets an encrypted form next to it, under its
 * name, while agents go on with the plain ones; then, with nothing else written, the manifests are replaced, oldest
 * first. At any moment each snapshot can be restored, with the keys or without. The plain blobs go at last.
 *
 * <p>Nothing may be deleted from the repository at the same time. Used by one thread.
 */
public final class Moving {
    private static final String WHAT = "encrypt the repository";
    private static final String STEP = "encrypt";
    private static final int THREADS = 4;
    /** Blobs between two looks at the time. */
    private static final int BATCH = 64;

    private final Repository plain;
    private final Repository encrypted;
    private final BlobMoving blobs;
    private final SigningKey key;

    /**
     * @param plain as it is
     * @param sealing with what it is encrypted
     * @param key signs the manifests again
     */
    public Moving(Repository plain, Sealing sealing, SigningKey key) {
        this.plain = plain;
        this.encrypted = plain.encryptedBy(sealing);
        this.blobs = new BlobMoving(plain.blobs(), encrypted.blobs());
        this.key = key;
    }

    /**
     * Encrypts the blobs that have no encrypted form yet.
     *
     * @param goesOn asked before each few
     * @param progress receives the step {@code encrypt} in stored bytes
     * @throws UnderstudyException what the filestore throws; {@code CANCELLED}
     */
    public Result blobs(BooleanSupplier goesOn, Progress progress) {
        KnownBlobs names = names();
        long left = 0;
        long leftBytes = 0;
        try (Stream<ObjectInfo> all = plain.blobs().list()) {
            for (Iterator<ObjectInfo> lacking = lacking(all); lacking.hasNext(); left++) {
                leftBytes += lacking.next().size();
            }
        }
        long total = leftBytes;
        LongAdder moved = new LongAdder();
        LongAdder unreadable = new LongAdder();
        try (TaskScope scope = new TaskScope(WHAT);
                Stream<ObjectInfo> all = plain.blobs().list()) {
            for (Iterator<ObjectInfo> lacking = lacking(all); lacking.hasNext() && goesOn.getAsBoolean(); ) {
                Cancellation.check(WHAT);
                List<ObjectInfo> batch = batch(lacking);
                scope.forEach(THREADS, batch, object -> {
                    BlobId blob = plain.blobs().blob(object.key()).orElseThrow();
                    (blobs.move(blob, object.size(), names.contains(blob)) ? moved : unreadable).increment();
                });
                left -= batch.size();
                leftBytes -= batch.stream().mapToLong(ObjectInfo::size).sum();
                progress.report(STEP, Math.max(0, total - leftBytes), total);
            }
        }
        return new Result(moved.sum(), Math.max(0, left), Math.max(0, leftBytes), unreadable.sum());
    }

    /**
     * Replaces the manifests, oldest first, those of orphans at last, and says that the repository is encrypted.
     * Nothing may be written at the same time, and no blob may lack its encrypted form. Repeated, it goes on.
     *
     * @return how many manifests were replaced
     * @throws UnderstudyException what the filestore throws, and why a manifest or its references cannot be read
     */
    public int manifests() {
        // A snapshot that ran with the blobs may have made references of what was moved as content.
        names().ids(blob -> true).forEach(blob -> blobs.move(blob, Blobs.LONGEST, true));
        int replaced = replaced(plain, encrypted) + replaced(plain.orphans(), encrypted.orphans());
        encrypted.repairIdentity();
        return replaced;
    }

    private int replaced(Repository from, Repository to) {
        int replaced = 0;
        for (SnapshotId snapshot : listed(from, to)) {
            if (!isMoved(to, snapshot)) {
                to.replaceStored(snapshot, to.encode(from.read(snapshot), key));
                replaced++;
            }
        }
        return replaced;
    }

    /**
     * Deletes the plain blobs that have an encrypted form.
     *
     * @return how many
     */
    public long clean() {
        long deleted = 0;
        try (Stream<ObjectInfo> all = plain.blobs().list()) {
            for (Iterator<Pair> pairs = pairs(all); pairs.hasNext(); ) {
                Cancellation.check(WHAT);
                Pair pair = pairs.next();
                if (pair.moved()) {
                    plain.blobs().delete(plain.blobs().blob(pair.plain().key()).orElseThrow());
                    deleted++;
                }
            }
        }
        return deleted;
    }

    /** The blobs that a primary may read: the references of all snapshots, and of all orphans. */
    private KnownBlobs names() {
        KnownBlobs names = KnownBlobs.none();
        name(plain, encrypted, names);
        name(plain.orphans(), encrypted.orphans(), names);
        return names;
    }

    private void name(Repository from, Repository to, KnownBlobs names) {
        for (SnapshotId snapshot : listed(from, to)) {
            Outline outline = isMoved(to, snapshot) ? to.outline(snapshot) : from.outline(snapshot);
            outline.parts().forEach(section -> section.own(plain.blobs(), part -> names.add(part.blob())));
        }
    }

    /** Ascending, without what only has the name of one. */
    private static List<SnapshotId> listed(Repository from, Repository to) {
        return from.list().stream()
                .filter(snapshot -> isMoved(to, snapshot) || from.junk(snapshot).isEmpty())
                .toList();
    }

    private static boolean isMoved(Repository to, SnapshotId snapshot) {
        return to.junk(snapshot).isEmpty();
    }

    /** A plain blob. @param moved whether its encrypted form is there */
    private record Pair(ObjectInfo plain, boolean moved) {}

    /** In the order of the listing, in which an encrypted form follows the plain one. */
    private Iterator<Pair> pairs(Stream<ObjectInfo> listed) {
        Iterator<ObjectInfo> all = listed.iterator();
        return new Iterator<>() {
            private Optional<ObjectInfo> ahead = Optional.empty();

            @Override
            public boolean hasNext() {
                while (ahead.isEmpty() && all.hasNext()) {
                    ahead = Optional.of(all.next())
                            .filter(each -> plain.blobs().blob(each.key()).isPresent());
                }
                return ahead.isPresent();
            }

            @Override
            public Pair next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                ObjectInfo blob = ahead.orElseThrow();
                String form =
                        encrypted.blobs().object(plain.blobs().blob(blob.key()).orElseThrow());
                ahead = all.hasNext() ? Optional.of(all.next()) : Optional.empty();
                boolean moved = ahead.filter(each -> each.key().equals(form)).isPresent();
                ahead = ahead.filter(each -> plain.blobs().blob(each.key()).isPresent());
                return new Pair(blob, moved);
            }
        };
    }

    /** Those of the listing that have no encrypted form. */
    private Iterator<ObjectInfo> lacking(Stream<ObjectInfo> listed) {
        Iterable<Pair> all = () -> pairs(listed);
        return StreamSupport.stream(all.spliterator(), false)
                .filter(pair -> !pair.moved())
                .map(Pair::plain)
                .iterator();
    }

    private static List<ObjectInfo> batch(Iterator<ObjectInfo> all) {
        List<ObjectInfo> batch = new ArrayList<>();
        while (batch.size() < BATCH && all.hasNext()) {
            batch.add(all.next());
        }
        return batch;
    }
}
