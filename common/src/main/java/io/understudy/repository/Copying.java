package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.WriteBatch;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotBlobs.Part;
import io.understudy.repository.SnapshotBlobs.Section;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.ListDelta;
import io.understudy.repository.blob.References;
import io.understudy.repository.blob.StoredBlob;
import io.understudy.repository.blob.StreamRef;
import io.understudy.tasks.TaskScope;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * One run of {@link Transfer}: references first, for they name the rest; then the content; the manifest last, when all
 * else is durable.
 */
final class Copying {
    private static final String STEP = "fetch";
    /** Parts that the target is asked for at a time. */
    private static final int BATCH = 4096;

    private final Repository from;
    private final Repository to;
    private final TaskScope scope;
    private final int threads;
    private final Progress progress;
    private final WriteBatch writes;
    private KnownBlobs planned = KnownBlobs.none();
    private final ThreadLocal<StoredBlob> buffers = ThreadLocal.withInitial(StoredBlob::new);
    private final LongAdder fetchedBlobs = new LongAdder();
    private final LongAdder reusedBytes = new LongAdder();
    private final AtomicLong fetchedBytes = new AtomicLong();
    private volatile long total = -1;

    /** @param writes of the target */
    Copying(Repository from, Repository to, WriteBatch writes, TaskScope scope, int threads, Progress progress) {
        this.from = from;
        this.to = to;
        this.scope = scope;
        this.threads = threads;
        this.progress = progress;
        this.writes = writes;
    }

    TransferResult run(SnapshotId snapshot, LongConsumer admission) {
        SignedManifest signed = from.readSigned(snapshot);
        List<Section> sections = signed.outline().parts();
        fetch(missing(visitor -> sections.forEach(section -> section.listing(visitor))));
        fetch(missing(visitor -> sections.forEach(section -> section.own(this::healed, visitor))));
        Consumer<Consumer<Part>> content =
                visitor -> sections.forEach(section -> section.forEach(this::healed, visitor));
        // All of a snapshot may be missing, and is too much to be held: so it is gone through twice.
        LongAdder bytes = new LongAdder();
        missing(content, some -> some.forEach(part -> bytes.add(part.blob().stored())), reusedBytes);
        admit(bytes.sum(), admission);
        planned = KnownBlobs.none();
        missing(content, this::fetchUnsettled, new LongAdder());
        // Once for all: each time forces every folder that got new names.
        writes.settle();
        planned = KnownBlobs.none();
        signed.manifest().ifPresent(manifest -> SnapshotBlobs.requireAgreement(manifest, this::healed));
        return written(signed);
    }

    /** As {@link #run}, but passes over what the references of a snapshot have in common that the target has whole. */
    TransferResult runAfter(SignedManifest whole, SnapshotId snapshot, LongConsumer admission) {
        SignedManifest signed = from.readSigned(snapshot);
        List<Section> sections = signed.outline().parts();
        List<Section> known = whole.outline().parts();
        known.forEach(section -> section.own(this::healed, part -> planned.add(part.blob())));
        fetch(missing(visitor -> sections.forEach(section -> section.listing(visitor))));
        fetch(missing(visitor -> sections.forEach(section -> section.own(this::healed, visitor))));
        List<Part> content = missing(visitor -> sections.forEach(section -> named(section, known, visitor)));
        admit(content.stream().mapToLong(part -> part.blob().stored()).sum(), admission);
        fetch(content);
        whole.manifest()
                .ifPresent(before -> signed.manifest()
                        .ifPresent(manifest -> new NextAgreement(to.blobs(), this::healed).require(before, manifest)));
        return written(signed);
    }

    private void admit(long bytes, LongConsumer admission) {
        admission.accept(bytes);
        total = fetchedBytes.get() + bytes;
        progress.report(STEP, fetchedBytes.get(), total);
    }

    /** The keys first: what was copied may be for one that was made since the copy was opened. */
    private TransferResult written(SignedManifest signed) {
        if (!to.holdsNewestKey()) {
            from.copyKeysTo(to);
        }
        write(signed);
        return new TransferResult(fetchedBytes.get(), fetchedBlobs.sum(), reusedBytes.sum());
    }

    /** The content that only this section names, and the little that lies next to it. */
    private void named(Section section, List<Section> known, Consumer<Part> visitor) {
        StreamRef before = known.stream()
                .filter(each -> each.what().equals(section.what()))
                .findFirst()
                .map(Section::references)
                .orElseGet(() -> StreamRef.of(List.of()));
        ListDelta delta = ListDelta.between(before, section.references(), this::healed);
        References.read(delta.before(), this::healed).forEachRemaining(planned::add);
        References.read(delta.after(), this::healed)
                .forEachRemaining(blob -> visitor.accept(new Part(section.what(), blob)));
    }

    /** The parts whose blobs the target lacks, each blob once. */
    private List<Part> missing(Consumer<Consumer<Part>> parts) {
        List<Part> missing = new ArrayList<>();
        missing(parts, missing::addAll, reusedBytes);
        return missing;
    }

    /**
     * @param some receives them, some at a time
     * @param reused is added the stored bytes of those that the target has
     */
    private void missing(Consumer<Consumer<Part>> parts, Consumer<List<Part>> some, LongAdder reused) {
        List<Part> batch = new ArrayList<>();
        parts.accept(part -> {
            if (planned.addNew(part.blob())) {
                batch.add(part);
            }
            if (batch.size() == BATCH) {
                some.accept(lacking(batch, reused));
                batch.clear();
            }
        });
        some.accept(lacking(batch, reused));
    }

    private List<Part> lacking(List<Part> batch, LongAdder reused) {
        List<Part> missing = Collections.synchronizedList(new ArrayList<>());
        scope.forEach(threads, batch, part -> {
            if (to.blobs().stat(part.blob().id()).isPresent()) {
                reused.add(part.blob().stored());
                writes.keep(to.blobs().object(part.blob().id()));
            } else {
                missing.add(part);
            }
        });
        return missing;
    }

    /** A blob of the target that names others: one that went bad there is fetched again before it is read. */
    private InputStream healed(BlobRef blob) {
        try {
            to.blobs().check(blob);
        } catch (UnderstudyException e) {
            if (!e.code().isOfBlob()) {
                throw e;
            }
            fetch(List.of(new Part("what names the content", blob)));
        }
        return to.blobs().open(blob);
    }

    private void fetch(List<Part> parts) {
        fetchUnsettled(parts);
        writes.settle();
    }

    private void fetchUnsettled(List<Part> parts) {
        scope.forEach(threads, parts, this::fetch);
    }

    private void fetch(Part part) {
        try (StoredBlob stored = buffers.get()) {
            read(stored, part.blob());
            stored.write(writes);
            fetchedBlobs.increment();
            progress.report(STEP, fetchedBytes.addAndGet(stored.length()), total);
        } catch (UnderstudyException e) {
            throw new UnderstudyException(e.code(), "cannot copy " + part.what() + ": " + e.getMessage(), e.hint(), e);
        }
    }

    private void read(StoredBlob stored, BlobRef blob) {
        try {
            stored.read(from.blobs(), blob);
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.BLOB_DAMAGED) {
                throw e;
            }
            readAgain(stored, blob, e);
        }
    }

    /**
     * Bytes may be lost on the way, without an error, by a proxy or a bad cable: the second read shows it. Of several
     * filestores each is read.
     */
    private void readAgain(StoredBlob stored, BlobRef blob, UnderstudyException damaged) {
        UnderstudyException last = damaged;
        for (Repository place : from.each()) {
            try {
                stored.read(place.blobs(), blob);
                return;
            } catch (UnderstudyException e) {
                if (!e.code().isOfBlob() && (from.copies().isEmpty() || e.code().kind() != ErrorKind.FILESTORE)) {
                    throw e;
                }
                last = e.code().isOfBlob() ? e : last;
            }
        }
        throw last;
    }

    private void write(SignedManifest signed) {
        SnapshotId snapshot = signed.outline().snapshot();
        if (to.writeStored(snapshot, signed.bytes()) || Arrays.equals(to.readStored(snapshot), signed.bytes())) {
            return;
        }
        if (!from.isEncrypted() || to.junk(snapshot).isPresent() || !isSame(to.readSigned(snapshot), signed)) {
            throw new UnderstudyException(
                    ErrorCode.COMMIT_CONFLICT,
                    "cannot copy snapshot " + snapshot + ": " + to.name() + " has a different snapshot of this number",
                    "the two are not copies of one repository: find out which of them is the right one, and remove the other");
        }
        to.replaceStored(snapshot, signed.bytes());
    }

    /** The same snapshot, though it was encrypted and signed again since it was copied. */
    private static boolean isSame(SignedManifest there, SignedManifest signed) {
        return there.outline().equals(signed.outline()) && there.manifest().equals(signed.manifest());
    }
}
