package io.understudy.replica.fetch;

import io.understudy.browse.SnapshotReader;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.ErasureHash;
import io.understudy.repository.Erasures;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The snapshots of a standby: those of its mirror, which needs no network, and those of the filestore. A filestore that
 * cannot be read hides only what the mirror lacks. What the mirror lacks or has damaged is read from the filestore, and
 * the mirror stays as it is.
 */
public final class MirroredReader implements SnapshotReader {
    private final Supplier<Repository> filestore;
    private final Supplier<Optional<Mirror>> mirror;

    /**
     * @param filestore its repository, opened when it is needed
     * @param mirror the one that is on this server's disk
     */
    public MirroredReader(Supplier<Repository> filestore, Supplier<Optional<Mirror>> mirror) {
        this.filestore = filestore;
        this.mirror = mirror;
    }

    @Override
    public SnapshotName.Found find(SnapshotName name, Consumer<JunkObject> junk) {
        Optional<Repository> here = here();
        if (name.id().isPresent()
                && here.filter(each -> each.holds(name.id().get())).isPresent()) {
            return new SnapshotName.Found(name.id().get(), Optional.empty());
        }
        try {
            return name.in(filestore.get(), junk);
        } catch (UnderstudyException e) {
            return inMirror(name, orElseThrow(here, e), junk, e);
        }
    }

    private static SnapshotName.Found inMirror(
            SnapshotName name, Repository mirror, Consumer<JunkObject> junk, UnderstudyException away) {
        try {
            SnapshotName.Found found = name.in(mirror, junk);
            String which = found.remark()
                    .map(each -> "; of this server's own copy, " + each)
                    .orElse("");
            return new SnapshotName.Found(found.snapshot(), Optional.of("warning: " + away.getMessage() + which));
        } catch (UnderstudyException notHere) {
            away.addSuppressed(notHere);
            throw away;
        }
    }

    @Override
    public List<SnapshotId> list() {
        TreeSet<SnapshotId> all = new TreeSet<>();
        Optional<Repository> here = here();
        here.ifPresent(each -> all.addAll(each.list()));
        try {
            all.addAll(filestore.get().list());
        } catch (UnderstudyException e) {
            orElseThrow(here, e);
        }
        return List.copyOf(all);
    }

    @Override
    public Opened open(SnapshotId snapshot) {
        Optional<Repository> here = here();
        if (here.isEmpty()) {
            return new Opened(filestore.get().read(snapshot), filestore.get().blobs());
        }
        MirrorFirst blobs =
                new MirrorFirst(here.get().blobs(), () -> filestore.get().blobs());
        return here.filter(each -> each.junk(snapshot).isEmpty())
                .map(each -> new Opened(each.read(snapshot), blobs))
                .orElseGet(() -> new Opened(filestore.get().read(snapshot), blobs));
    }

    @Override
    public Optional<ErasureHash> erasureHash() {
        // What is erased under it stays erased: an id that nothing signed confirms would be another's.
        return Optional.of(Erasures.of(here().orElseGet(this::confirmed)).hash());
    }

    @Override
    public ErasedKeys erased(Consumer<JunkObject> junk) {
        return Erasures.of(filestore.get()).all(junk);
    }

    @Override
    public Optional<Erasures.Remembered> erasedRemembered() {
        return here().flatMap(each -> Erasures.of(each).remembered());
    }

    private Repository confirmed() {
        Repository there = filestore.get();
        there.requireConfirmed();
        return there;
    }

    private Optional<Repository> here() {
        return mirror.get().map(Mirror::copy);
    }

    /** The mirror, where the failure is the filestore's. */
    private static Repository orElseThrow(Optional<Repository> here, UnderstudyException failure) {
        return here.filter(each -> failure.code().kind() == ErrorKind.FILESTORE).orElseThrow(() -> failure);
    }
}
