package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotBlobs.Part;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.tasks.TaskScope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Checks every object of a snapshot against its promise: the manifest against its signature, every index and list
 * against the format (each file's content lies inside its pack, or is as long as its blobs), the references against the
 * indexes, every blob against its hash; and the repository's own objects: the claims of epochs against their
 * signatures, the replicas' reports and the note of retention against their form. Reads all of the content, holds none
 * of it. Thread-safe; starts its threads when it verifies and ends them then.
 */
public final class Verification {
    private static final String STEP = "verify";
    private static final int LISTED = 20;

    private final int threads;

    /** @param threads blobs read at the same time, 1 to 64 */
    public Verification(int threads) {
        this.threads = threads;
    }

    /**
     * In each filestore that is to hold it by itself; where this server may not read content, as {@link #present}.
     *
     * @param progress receives the step {@code verify} in plain bytes, once for each
     * @return of the first
     * @throws UnderstudyException as {@link #verify}; of several that fail, for the first whose content is at fault
     */
    public Verified verifyEach(Repository repository, SnapshotId snapshot, Progress progress) {
        List<UnderstudyException> failures = new ArrayList<>();
        List<Verified> verified = new ArrayList<>();
        for (Repository place : Places.of(repository, snapshot)) {
            try {
                verified.add(
                        place.blobs().areReadable()
                                ? verify(place, snapshot, progress)
                                : present(place, snapshot, progress));
            } catch (UnderstudyException e) {
                if (e.code() == ErrorCode.CANCELLED) {
                    throw e;
                }
                failures.add(e);
            }
        }
        failures.stream()
                .min(Comparator.comparing(each -> !each.code().judgesContent()))
                .ifPresent(worst -> {
                    throw worst;
                });
        return verified.get(0);
    }

    /**
     * @param progress receives the step {@code verify} in plain bytes
     * @throws UnderstudyException what reading the manifest throws; {@code BLOB_MISSING}, {@code BLOB_DAMAGED},
     *     {@code MANIFEST_DAMAGED} or {@code UNSAFE_PATH} with all faults that were found in its message, and each as a
     *     suppressed exception; what the filestore throws when it fails
     */
    public Verified verify(Repository repository, SnapshotId snapshot, Progress progress) {
        Manifest manifest = repository.read(snapshot);
        try (TaskScope scope = new TaskScope("verify snapshot " + snapshot)) {
            Run run = new Run(repository.blobs(), progress);
            List<Part> parts = run.collect(manifest);
            run.compareReferences(manifest);
            run.total = parts.stream().mapToLong(part -> part.blob().bytes()).sum();
            scope.forEach(threads, parts, run::check);
            run.checkOwnObjects(repository, snapshot);
            run.requireSound(snapshot);
            return new Verified(snapshot, parts.size(), run.total);
        }
    }

    /**
     * What a server without an identity can check of a snapshot in an encrypted repository: its outline against the
     * signature, its references against their names, and that the object of each blob which they name is there, with a
     * length that a sound one may have. Reads no content.
     *
     * @throws UnderstudyException as {@link #verify}
     */
    public Verified present(Repository repository, SnapshotId snapshot, Progress progress) {
        Outline outline = repository.outline(snapshot);
        try (TaskScope scope = new TaskScope("look for the blobs of snapshot " + snapshot)) {
            Run run = new Run(repository.blobs(), progress);
            List<Part> parts = run.referred(outline.parts());
            run.total = parts.stream().mapToLong(part -> part.blob().bytes()).sum();
            scope.forEach(threads, parts, run::requirePresent);
            run.checkOwnObjects(repository, snapshot);
            run.requireSound(snapshot);
            return new Verified(snapshot, parts.size(), run.total);
        }
    }

    private static final class Run {
        private final Blobs blobs;
        private final Progress progress;
        private final List<Fault> faults = Collections.synchronizedList(new ArrayList<>());
        private final AtomicLong done = new AtomicLong();
        private long total;

        Run(Blobs blobs, Progress progress) {
            this.blobs = blobs;
            this.progress = progress;
        }

        /**
         * All blobs, each once: those that indexes and lists name, and those that the references name. Of an index that
         * is at fault, those that it names before the fault.
         */
        List<Part> collect(Manifest manifest) {
            KnownBlobs seen = KnownBlobs.none();
            List<Part> parts = new ArrayList<>();
            Consumer<Part> each = part -> {
                if (seen.addNew(part.blob())) {
                    parts.add(part);
                }
            };
            manifest.databases()
                    .forEach(data -> attempt("database " + data.name(), () -> SnapshotBlobs.named(data, blobs, each)));
            manifest.trees()
                    .forEach(tree -> attempt("tree " + tree.name(), () -> SnapshotBlobs.named(tree, blobs, each)));
            SnapshotBlobs.sections(manifest)
                    .forEach(section -> attempt(section.what(), () -> section.forEach(blobs, each)));
            return parts;
        }

        /** All blobs that the references name, each once, and their own. */
        List<Part> referred(List<SnapshotBlobs.Section> sections) {
            KnownBlobs seen = KnownBlobs.none();
            List<Part> parts = new ArrayList<>();
            sections.forEach(section -> attempt(
                    section.what(),
                    () -> section.forEach(blobs, part -> {
                        if (seen.addNew(part.blob())) {
                            parts.add(part);
                        }
                    })));
            return parts;
        }

        /** Where all of both can be read. */
        void compareReferences(Manifest manifest) {
            if (!faults.isEmpty()) {
                return;
            }
            attempt("references", () -> SnapshotBlobs.requireAgreement(manifest, blobs));
        }

        void check(Part part) {
            attempt(part.what(), () -> blobs.check(part.blob()));
            progress.report(STEP, done.addAndGet(part.blob().bytes()), total);
        }

        void requirePresent(Part part) {
            attempt(part.what(), () -> blobs.requirePresent(part.blob()));
            progress.report(STEP, done.addAndGet(part.blob().bytes()), total);
        }

        void checkOwnObjects(Repository repository, SnapshotId snapshot) {
            attempt("epochs", () -> repository.epochs().check(snapshot.epoch()));
            attempt("reports", () -> repository.reports().requireAll());
            attempt("retention", () -> repository.pruneMarker().check());
        }

        void requireSound(SnapshotId snapshot) {
            if (faults.isEmpty()) {
                return;
            }
            // Content first: its code decides whether the next snapshot stores everything again.
            faults.sort(Comparator.comparing(Fault::isOfContent).reversed().thenComparing(Fault::text));
            String listed =
                    faults.stream().limit(LISTED).map(Fault::text).distinct().collect(Collectors.joining("; "));
            String more = faults.size() > LISTED ? "; and " + (faults.size() - LISTED) + " more" : "";
            UnderstudyException first = faults.get(0).why();
            UnderstudyException all = new UnderstudyException(
                    first.code(),
                    "verification of " + snapshot + " failed: " + faults.size() + " faults: " + listed + more,
                    first.hint());
            faults.forEach(fault -> all.addSuppressed(fault.why()));
            throw all;
        }

        private void attempt(String what, Runnable check) {
            try {
                check.run();
            } catch (UnderstudyException e) {
                if (!isFault(e.code())) {
                    throw e;
                }
                faults.add(new Fault(what + ": " + e.getMessage(), e));
            }
        }
    }

    /**
     * What is collected; any other failure ends the verification. A report or the note of retention that is damaged is
     * no snapshot's, and counts; so does content in the place of references, which a server without an identity cannot
     * open.
     */
    private static boolean isFault(ErrorCode code) {
        return code.judgesContent() || code == ErrorCode.STATE_DAMAGED || code == ErrorCode.IDENTITY_MISSING;
    }

    private record Fault(String text, UnderstudyException why) {
        boolean isOfContent() {
            return why.code().isOfBlob();
        }
    }
}
