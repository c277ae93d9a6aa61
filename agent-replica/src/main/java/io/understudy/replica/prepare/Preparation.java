package io.understudy.replica.prepare;

import io.understudy.config.Settings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import io.understudy.files.ProcessLock;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.round.StateReconciler;
import io.understudy.replica.state.ApplyLock;
import io.understudy.replica.state.Applying;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import io.understudy.setup.CheckReport;
import io.understudy.setup.CheckResult;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes this server a standby, in steps that the command puts its question between. */
public final class Preparation {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Set<ErrorCode> LINK = Set.of(ErrorCode.PEER_REFUSED, ErrorCode.TLS_UNUSABLE);

    private final Settings settings;
    private final Checks checks;
    private final BackupMode backup;
    private final ReplicaStateStore store;
    private final StateReconciler reconciler;
    private final LiveDatabases databases;
    private final EpochStore epochs;
    private final Supplier<Repository> repository;
    private final Ticker ticker;

    public Preparation(
            Settings settings,
            Checks checks,
            BackupMode backup,
            ReplicaStateStore store,
            StateReconciler reconciler,
            LiveDatabases databases,
            EpochStore epochs,
            Supplier<Repository> repository,
            Ticker ticker) {
        this.settings = settings;
        this.checks = checks;
        this.backup = backup;
        this.store = store;
        this.reconciler = reconciler;
        this.databases = databases;
        this.epochs = epochs;
        this.repository = repository;
        this.ticker = ticker;
    }

    /** Creates the configured key pair where there is none. @return the public key's file when one was created */
    public Optional<Path> createKey() {
        Optional<Path> absent = settings.signing().privateKey().filter(file -> !Files.exists(file));
        absent.ifPresent(file -> {
            SigningKey.generate(file);
            ReplicaPoint.KEY_CREATED.reached();
        });
        return absent.map(SigningKey::publicPath);
    }

    /**
     * @return what works, but should be known
     * @throws UnderstudyException with all that is missing; its code and hint are those of the first fault
     */
    public List<CheckResult> requireReady() {
        return requireReady(Set.of());
    }

    /** As {@link #requireReady()}. @param later failures of what may be corrected when this server is a standby */
    List<CheckResult> requireReady(Set<ErrorCode> later) {
        CheckReport report = checks.run();
        List<CheckResult> faults = report.failures()
                .filter(each -> !isOfTheLink(each) && !later.contains(CheckReport.code(each)))
                .toList();
        if (faults.isEmpty()) {
            return Stream.concat(report.warnings(), report.failures()).toList();
        }
        String all = faults.stream().map(CheckResult::message).distinct().collect(Collectors.joining("; "));
        throw new UnderstudyException(
                CheckReport.code(faults.get(0)),
                "cannot make this server a standby: " + all,
                faults.get(0).hint());
    }

    /** A standby without a link to the primary polls, and can be promoted. */
    private static boolean isOfTheLink(CheckResult failure) {
        return LINK.contains(CheckReport.code(failure));
    }

    /** What stands here and will be replaced, each as a sentence; empty when an answer is not needed. */
    public List<String> atStake() {
        List<String> holds = new ArrayList<>();
        epochs.held()
                .filter(this::isHighest)
                .ifPresent(held -> holds.add("this server is the primary (epoch " + held.epoch() + ")"));
        if (settings.database().isThere() && databases.look().live().isPresent()) {
            holds.add("the database \"" + settings.database().name() + "\" exists; it is kept under another name");
        }
        settings.trees().stream()
                .filter(Preparation::holdsSomething)
                .forEach(tree ->
                        holds.add(tree.path() + " is not empty; what the snapshot does not hold is moved away"));
        return holds;
    }

    /**
     * Writes the marker: from here on this server follows.
     *
     * @throws UnderstudyException {@code LOCKED} when another process is at work, or had begun without the marker what
     *     has to be finished first
     */
    public void enter() {
        enter(() -> {}, () -> {});
    }

    /**
     * As {@link #enter()}.
     *
     * @param before runs under the lock, just before the marker is written
     * @param after runs under the lock, when this server is a standby
     */
    void enter(Runnable before, Runnable after) {
        ProcessLock lock = new ApplyLock(settings.state()).acquire(PATIENCE, ticker);
        try {
            if (!backup.on()) {
                store.read().map(ReplicaRecord::state).ifPresent(Preparation::requireNothingUnderWay);
                // Before the role, from which it is seen that this server was the primary.
                reconciler.serves();
                if (store.read()
                        .map(ReplicaRecord::state)
                        .filter(Following.class::isInstance)
                        .isPresent()) {
                    reconciler.keepOtherDatabases();
                    store.change(Preparation::demoted);
                    ReplicaPoint.FORMER_ROLE_ENDED.reached();
                }
                noteFirstRole();
            }
            before.run();
            backup.writeMarker("agent-replica init", Optional.empty());
            ReplicaPoint.MARKER_WRITTEN.reached();
            reconciler.ensure();
            ReplicaPoint.ROLE_NOTED.reached();
            after.run();
        } finally {
            lock.close();
        }
    }

    /**
     * Of a server whose marker came back, or was put there, and that remembers another role or none: notes that it is a
     * standby. The caller holds the lock.
     */
    void noteReturnedMarker() {
        Optional<ReplicaState> known = store.read().map(ReplicaRecord::state);
        if (backup.on() && known.filter(state -> !(state instanceof Promoted)).isEmpty()) {
            reconciler.ensure();
        }
    }

    /** So that what is noted just before the marker is of no time before a state that was lost. */
    private void noteFirstRole() {
        if (store.read().isEmpty()) {
            reconciler.keepOtherDatabases();
            store.change(record -> record.with(new Seeding()));
        }
    }

    /** With the marker back, what goes on could take from the site the database with which it has served since. */
    private static void requireNothingUnderWay(ReplicaState state) {
        if (state instanceof Applying) {
            throw underWay("the marker was removed in the middle of an apply", "agent-replica sync");
        }
        if (state instanceof Promoting) {
            throw underWay("it is being promoted", "agent-replica promote");
        }
    }

    private static UnderstudyException underWay(String what, String command) {
        return new UnderstudyException(
                ErrorCode.LOCKED,
                "cannot make this server a standby: " + what,
                "finish that first with " + command + ", then run agent-replica init again");
    }

    private static ReplicaRecord demoted(ReplicaRecord record) {
        ReplicaState next = record.state().demoted();
        ReplicaRecord without =
                record.live().map(copy -> record.withoutOwned(copy.database())).orElse(record);
        return without.with(next).withSuccess();
    }

    private boolean isHighest(EpochClaim held) {
        return held.repository().equals(Optional.of(repository.get().id()))
                && repository.get().epochs().highest() == held.epoch();
    }

    private static boolean holdsSomething(TreeSettings tree) {
        if (!Files.isDirectory(tree.path())) {
            return false;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(tree.path())) {
            return entries.iterator().hasNext();
        } catch (IOException e) {
            throw FileFailure.of("list", tree.path(), e);
        }
    }
}
