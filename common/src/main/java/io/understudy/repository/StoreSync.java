package io.understudy.repository;

import io.understudy.failure.Cancellation;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Copy;
import io.understudy.filestore.Filestore.Purpose;
import io.understudy.progress.Progress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings several filestores to the same content: one that was away, or is new, gets the claims and snapshots that
 * others have, each snapshot's blobs before its manifest, so each store is complete by itself at any moment. The newest
 * snapshot comes first, for until a store has it, it cannot take the next one.
 *
 * <p>One that is outside its window gets claims, and no content; a copy that is under way then ends there, and goes on
 * when the window opens.
 *
 * <p>What a store's own retention dropped is not brought back to it. Orphans come last: they have no order, and
 * retention drops none.
 *
 * <p>Nothing may be deleted from the repository at the same time.
 */
public final class StoreSync {
    private static final Logger LOG = LoggerFactory.getLogger(StoreSync.class);

    private final Transfer transfer;

    /** @param threads blobs under way at the same time, 1 to 64, as far as the memory suffices */
    public StoreSync(int threads) {
        this.transfer = new Transfer(threads);
    }

    /**
     * What each of them has; empty where there is only one. Writes nothing; a store that fails is part of the answer.
     */
    public static List<StoreState> look(Repository repository) {
        return look(repository, UnaryOperator.identity());
    }

    /** @param asking around each question to one of them, as with a limit of its own */
    public static List<StoreState> look(Repository repository, UnaryOperator<Supplier<List<SnapshotId>>> asking) {
        return look(repository, asking, Map.of());
    }

    private static List<StoreState> look(
            Repository repository,
            UnaryOperator<Supplier<List<SnapshotId>>> asking,
            Map<String, UnderstudyException> failures) {
        Map<Copy, List<SnapshotId>> listed = new LinkedHashMap<>();
        Map<Copy, UnderstudyException> away = new HashMap<>();
        for (Copy copy : repository.copies()) {
            try {
                listed.put(copy, asking.apply(() -> listed(repository, copy)).get());
            } catch (UnderstudyException e) {
                requireNotCancelled(e);
                away.put(copy, e);
            }
        }
        Set<SnapshotId> all = new TreeSet<>();
        listed.values().forEach(all::addAll);
        List<StoreState> states = new ArrayList<>();
        for (Copy copy : repository.copies()) {
            if (away.containsKey(copy)) {
                states.add(StoreState.away(copy, away.get(copy)));
                continue;
            }
            StoreState state = state(copy, listed.get(copy), all);
            states.add(failures.containsKey(copy.name()) ? state.failed(failures.get(copy.name())) : state);
        }
        return states;
    }

    private static List<SnapshotId> listed(Repository repository, Copy copy) {
        Identity.requireSame(copy, repository.id());
        return repository.in(copy.store()).list();
    }

    private static StoreState state(Copy copy, List<SnapshotId> own, Set<SnapshotId> all) {
        Optional<SnapshotId> newest = own.stream().max(Comparator.naturalOrder());
        int behind = (int) all.stream()
                .filter(each -> newest.filter(last -> each.compareTo(last) <= 0).isEmpty())
                .count();
        return StoreState.of(copy, behind, all.size() - own.size() - behind, newest);
    }

    /**
     * Copies to each what it lacks. One that fails does not keep the others from it.
     *
     * @param kept what retention keeps now in a filestore, by its name: of what is older than the newest that it
     *     lacks, nothing else is copied; asked once at most, when it is needed
     * @param progress receives the steps of {@link Transfer}
     * @return what each has afterwards
     * @throws UnderstudyException {@code CANCELLED}
     */
    public List<StoreState> run(Repository repository, Function<String, Set<SnapshotId>> kept, Progress progress) {
        Map<String, UnderstudyException> failures = new HashMap<>();
        for (Copy copy : repository.copies()) {
            try {
                fill(repository, copy, kept, progress);
            } catch (UnderstudyException e) {
                requireNotCancelled(e);
                if (copy.closed().isPresent()) {
                    LOG.info("filestore {} is caught up further when its window opens", copy.name(), e);
                } else {
                    failures.put(copy.name(), e);
                }
            }
        }
        return look(repository, UnaryOperator.identity(), failures);
    }

    private void fill(Repository repository, Copy copy, Function<String, Set<SnapshotId>> kept, Progress progress) {
        Identity.requireSame(copy, repository.id());
        Repository place = RepositoryCopy.open(copy.store(), repository);
        repository.epochs().copyTo(copy.store());
        if (copy.closed().isPresent()) {
            return;
        }
        Repository target = place.during(Purpose.CATCH_UP);
        List<SnapshotId> missing = new ArrayList<>(repository.list());
        missing.removeAll(Set.copyOf(target.list()));
        Optional<SnapshotId> newest = target.newest();
        Optional<SignedManifest> whole = newest.map(target::readSigned);
        Collections.reverse(missing);
        boolean current = false;
        Optional<Set<SnapshotId>> rule = Optional.empty();
        for (SnapshotId snapshot : missing) {
            Cancellation.check("copy snapshot " + snapshot);
            current |= newest.filter(last -> snapshot.compareTo(last) < 0).isPresent();
            if (current && rule.isEmpty()) {
                rule = Optional.of(kept.apply(copy.name()));
            }
            if (rule.filter(keeps -> !keeps.contains(snapshot)).isEmpty()
                    && repository.junk(snapshot).isEmpty()) {
                copy(repository, target, whole, snapshot, progress);
                whole = Optional.of(target.readSigned(snapshot));
                lock(place, whole.get().outline());
                current = true;
            }
        }
        fillOrphans(repository.orphans(), target.orphans(), progress);
    }

    private void fillOrphans(Repository from, Repository to, Progress progress) {
        List<SnapshotId> missing = new ArrayList<>(from.list());
        missing.removeAll(Set.copyOf(to.list()));
        for (SnapshotId orphan : missing) {
            Cancellation.check("copy orphan " + orphan);
            if (from.junk(orphan).isEmpty()) {
                transfer.copy(from, to, orphan, bytes -> {}, progress);
            }
        }
    }

    private void copy(
            Repository from, Repository to, Optional<SignedManifest> whole, SnapshotId snapshot, Progress progress) {
        if (whole.isPresent()) {
            transfer.copyNext(from, to, whole.get(), snapshot, bytes -> {}, progress);
        } else {
            transfer.copy(from, to, snapshot, bytes -> {}, progress);
        }
    }

    /** As it would have been right after its commit. */
    static void lock(Repository place, Outline snapshot) {
        if (!snapshot.isContinuous()) {
            place.lock().ifPresent(lock -> lock.extend(snapshot.snapshot().key()));
        }
    }

    private static void requireNotCancelled(UnderstudyException failure) {
        if (failure.code() == ErrorCode.CANCELLED) {
            throw failure;
        }
    }
}
