package io.understudy.repository;

import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotBlobs.Part;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.StoredBlob;
import io.understudy.tasks.TaskScope;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Repairs a snapshot in each filestore of its repository: what is missing or damaged in one comes from another one that
 * has it sound, or from a further copy such as the mirror of a standby. Reads all content of each; where a server may
 * not open the content of an encrypted repository, it finds what is missing, and no damage inside.
 */
public final class StoreHealing {
    private static final String STEP = "repair";

    private final int threads;
    private final ThreadLocal<StoredBlob> buffers = ThreadLocal.withInitial(StoredBlob::new);

    /** @param threads blobs read at the same time, 1 to 64 */
    public StoreHealing(int threads) {
        this.threads = threads;
    }

    /**
     * Nothing of the snapshot may be deleted at the same time.
     *
     * @param copies further ones, which are only read
     * @param progress receives the step {@code repair} in plain bytes
     * @return how many blobs, manifests and descriptions were written
     * @throws UnderstudyException what is damaged everywhere; what a filestore throws that fails
     */
    public long heal(Repository repository, List<Repository> copies, SnapshotId snapshot, Progress progress) {
        List<Repository> places = Places.of(repository, snapshot);
        List<Repository> sources = new ArrayList<>(places);
        sources.addAll(copies);
        SignedManifest signed = first(sources, each -> each.readSigned(snapshot));
        byte[] manifest = signed.bytes();
        List<Part> parts = parts(signed.outline(), sources);
        long total = places.size()
                * parts.stream().mapToLong(part -> part.blob().bytes()).sum();
        AtomicLong done = new AtomicLong();
        LongAdder healed = new LongAdder();
        try (TaskScope scope = new TaskScope("repair snapshot " + snapshot)) {
            for (Repository place : places) {
                scope.forEach(threads, parts, part -> {
                    heal(part.blob(), place, sources, healed);
                    progress.report(STEP, done.addAndGet(part.blob().bytes()), total);
                });
                repository.epochs().copyTo(place);
                repository.copyKeysTo(place);
                if (place.identityJunk().isPresent()) {
                    place.repairIdentity();
                    healed.increment();
                }
                if (!holds(place, snapshot, manifest)) {
                    place.replaceStored(snapshot, manifest);
                    StoreSync.lock(place, signed.outline());
                    healed.increment();
                }
            }
        }
        return healed.sum();
    }

    private static List<Part> parts(Outline outline, List<Repository> sources) {
        BlobSource sound = blob -> first(sources, each -> opened(each, blob));
        KnownBlobs seen = KnownBlobs.none();
        List<Part> parts = new ArrayList<>();
        outline.parts()
                .forEach(section -> section.forEach(sound, part -> {
                    if (seen.addNew(part.blob())) {
                        parts.add(part);
                    }
                }));
        return parts;
    }

    private static InputStream opened(Repository place, BlobRef blob) {
        place.blobs().check(blob);
        return place.blobs().open(blob);
    }

    private void heal(BlobRef blob, Repository place, List<Repository> sources, LongAdder healed) {
        try (StoredBlob stored = buffers.get()) {
            if (isSound(blob, place, stored)) {
                return;
            }
            first(sources, each -> {
                stored.read(each.blobs(), blob);
                return true;
            });
            stored.write(place.blobs());
            healed.increment();
        }
    }

    private static boolean isSound(BlobRef blob, Repository place, StoredBlob stored) {
        try {
            stored.read(place.blobs(), blob);
            return true;
        } catch (UnderstudyException e) {
            if (!e.code().isOfBlob()) {
                throw e;
            }
            return false;
        }
    }

    private static boolean holds(Repository place, SnapshotId snapshot, byte[] manifest) {
        try {
            return Arrays.equals(place.readStored(snapshot), manifest);
        } catch (UnderstudyException e) {
            if (!e.code().judgesContent()) {
                throw e;
            }
            return false;
        }
    }

    private interface Reading<T> {
        T from(Repository place);
    }

    /** From the first that has it sound. */
    private static <T> T first(List<Repository> sources, Reading<T> reading) {
        UnderstudyException last = null;
        for (Repository each : sources) {
            try {
                return reading.from(each);
            } catch (UnderstudyException e) {
                if (!e.code().judgesContent() && e.code().kind() != ErrorKind.FILESTORE) {
                    throw e;
                }
                last = e;
            }
        }
        throw last;
    }
}
