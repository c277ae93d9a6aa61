package io.understudy.replica.prepare;

import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.kept.GonePart;
import io.understudy.replica.kept.KeptCopies;
import io.understudy.replica.state.ApplyLock;
import io.understudy.replica.state.Applying;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Epochs;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.CheckResult;
import io.understudy.site.SiteService;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The way back of an old primary: its site is stopped, what it never shipped is saved as an orphan, and only then it
 * becomes a standby. Killed anywhere it is run again: until the marker is written nothing of the server has changed but
 * that its site is stopped, and what was saved already is found.
 *
 * <p>More than 300 lines: its steps are one order, and what each of them may throw belongs to it.
 */
public final class Rejoin {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * This server lacks keys of the repository as it is now. Nothing is imported without them, and what is here is kept
     * when they are there, so it may be a standby before its orphan is saved.
     */
    private static final Set<ErrorCode> KEYS = Set.of(ErrorCode.IDENTITY_MISSING, ErrorCode.NOT_ENCRYPTED);

    private final Settings settings;
    private final Preparation preparation;
    private final BackupMode backup;
    private final ReplicaStateStore store;
    private final EpochStore epochs;
    private final Supplier<Repository> repository;
    private final LiveDatabases databases;
    private final SiteService site;
    private final KeptReturn kept;
    private final Ticker ticker;

    /** Saves what this server never shipped. */
    public interface Orphans {
        /**
         * Durable on return.
         *
         * @param beforeImport whether the marker is there, and nothing was imported
         * @param unclaimed what this server served without an epoch; empty: what it served as the primary
         * @throws UnderstudyException why it is not saved
         */
        Saved save(Set<String> acceptEmpty, boolean beforeImport, Optional<Unclaimed> unclaimed);

        /**
         * As {@link #save}, of what was kept when a snapshot was imported over this server. What is not kept is as the
         * last snapshot that was shipped has it.
         */
        Saved saveKept(Set<String> acceptEmpty, KeptCopies.Found kept);
    }

    /**
     * What there was to save.
     *
     * @param orphan that holds it; empty where nothing differs
     * @param existed whether an earlier run saved it
     * @param shipped the last snapshot that this server shipped, or where it shipped none, with which it began to
     *     serve; empty where none is left
     */
    public record Saved(Optional<SnapshotId> orphan, boolean existed, Optional<SnapshotId> shipped) {}

    /**
     * What an operator decides.
     *
     * @param siteStopped that the site is stopped, where the configuration cannot stop it
     * @param withoutOrphan that nothing is to be saved
     * @param acceptEmpty names of trees, or {@code database}, that may be empty
     */
    public record Request(boolean siteStopped, boolean withoutOrphan, Set<String> acceptEmpty) {
        public Request {
            acceptEmpty = Set.copyOf(acceptEmpty);
        }
    }

    /**
     * How it ended.
     *
     * @param saved empty where nothing could be, or was to be, saved
     * @param why nothing could be saved; empty otherwise
     * @param missing parts that are not kept: the orphan has them as the last snapshot, where that is there
     * @param earlier what was kept of earlier times in which this server was the primary, oldest first
     */
    public record Result(Optional<Saved> saved, Optional<String> why, List<GonePart> missing, List<Result> earlier) {
        public Result {
            missing = List.copyOf(missing);
            earlier = List.copyOf(earlier);
        }

        Result(Optional<Saved> saved, Optional<String> why) {
            this(saved, why, List.of());
        }

        Result(Optional<Saved> saved, Optional<String> why, List<GonePart> missing) {
            this(saved, why, missing, List.of());
        }

        Result with(List<Result> earlier) {
            return new Result(saved, why, missing, earlier);
        }
    }

    public Rejoin(
            Settings settings,
            Preparation preparation,
            BackupMode backup,
            ReplicaStateStore store,
            EpochStore epochs,
            Supplier<Repository> repository,
            LiveDatabases databases,
            SiteService site,
            KeptReturn kept,
            Ticker ticker) {
        this.settings = settings;
        this.preparation = preparation;
        this.backup = backup;
        this.store = store;
        this.epochs = epochs;
        this.repository = repository;
        this.databases = databases;
        this.site = site;
        this.kept = kept;
        this.ticker = ticker;
    }

    /**
     * Why there is nothing that could be saved; empty where there may be something. Changes nothing.
     *
     * @throws UnderstudyException {@code USAGE} where this server is the primary; what looking fails with
     */
    public Optional<String> nothingToSave() {
        Optional<EpochClaim> held = epochs.held();
        boolean unclaimed = unclaimed().isPresent();
        if (held.isEmpty() || unclaimed) {
            requireAnother();
        }
        if (held.isEmpty()) {
            if (unclaimed) {
                return databaseGone();
            }
            return Optional.of("the state folder holds no epoch of this server, so nothing is known of what it shipped;"
                    + " a database that is here is kept under another name by the first import");
        }
        epochs.requireOver(repository.get(), "rejoin");
        if (overwritten().isPresent()) {
            // What is kept of it is looked for when it is saved.
            return Optional.empty();
        }
        return databaseGone();
    }

    private Optional<String> databaseGone() {
        return Optional.of("the database \"" + settings.database().name() + "\" is not there"
                        + (epochs.held().isPresent()
                                ? "; files that the first import replaces are kept, and the next rejoin saves them"
                                : ""))
                .filter(why ->
                        settings.database().isThere() && databases.look().live().isEmpty());
    }

    private Optional<Unclaimed> unclaimed() {
        int held = epochs.held().map(EpochClaim::epoch).orElse(0);
        return store.read().flatMap(record -> Unclaimed.of(record.state(), held, backup.on()));
    }

    /**
     * What keeps this server from being a standby; missing keys of the repository do not.
     *
     * @return what works, but should be known
     * @throws UnderstudyException as {@link Preparation#requireReady()}
     */
    public List<CheckResult> requireReady() {
        return preparation.requireReady(KEYS);
    }

    /**
     * Does it.
     *
     * @throws UnderstudyException {@code USAGE} where this server is the primary; {@code CONFIG_INVALID} where nothing
     *     stops its site; {@code LOCKED} while an import runs, or one or a promotion has to be finished first; why the
     *     orphan is not saved, after the marker was written where keys of the repository are missing
     */
    public Result run(Request request) {
        Optional<Saved> saved = Optional.empty();
        Optional<KeptReturn.Looks> copies = Optional.empty();
        Optional<UnderstudyException> withoutKeys = Optional.empty();
        ProcessLock lock = new ApplyLock(settings.state()).acquire(PATIENCE, ticker);
        Optional<String> nothing = Optional.empty();
        Optional<SnapshotId> over = Optional.empty();
        Optional<UnderstudyException> down = Optional.empty();
        PausedSite paused = new PausedSite(site);
        try {
            requireNoneUnderWay();
            // Its state alone says what it served without an epoch, and ends with the note of the marker.
            Optional<Unclaimed> unclaimed = unclaimed();
            if (unclaimed.isEmpty()) {
                preparation.noteReturnedMarker();
            }
            nothing = nothingToSave();
            if (nothing.isEmpty()) {
                over = overwritten();
            }
            nothing = nothing.or(
                    () -> request.withoutOrphan() ? Optional.of("--without-orphan asks for that") : Optional.empty());
            if (nothing.isEmpty() && over.isEmpty()) {
                stopSite(request, paused);
                ReplicaPoint.REJOIN_SITE_STOPPED.reached();
                try {
                    saved = Optional.of(kept.orphans().save(request.acceptEmpty(), backup.on(), unclaimed));
                    ReplicaPoint.REJOIN_ORPHAN_SAVED.reached();
                } catch (UnderstudyException e) {
                    withoutKeys = Optional.of(standbyAllTheSame(e, unclaimed));
                }
            }
            if (backup.on()) {
                if (over.isEmpty()) {
                    note(request, saved);
                }
                preparation.noteReturnedMarker();
                copies = Optional.of(look(over, request));
            }
            down = paused.resume();
        } catch (UnderstudyException e) {
            paused.resume().ifPresent(e::addSuppressed);
            throw e;
        } finally {
            lock.close();
        }
        if (copies.isEmpty()) {
            if (nothing.isPresent()) {
                stopSite(request, paused);
            }
            copies = Optional.of(enter(request, saved));
        }
        withoutKeys.ifPresent(why -> {
            throw why;
        });
        // An import may go on next to it, and a promotion does not wait for it.
        Result result = kept.save(
                copies.get(), over.isPresent() ? Optional.empty() : Optional.of(new Result(saved, nothing)), request);
        down.ifPresent(why -> {
            throw PausedSite.down(why, result);
        });
        return result;
    }

    /** @return what is kept of earlier times */
    private KeptReturn.Looks enter(Request request, Optional<Saved> saved) {
        AtomicReference<KeptReturn.Looks> copies = new AtomicReference<>();
        preparation.enter(() -> note(request, saved), () -> copies.set(look(Optional.empty(), request)));
        return copies.get();
    }

    private KeptReturn.Looks look(Optional<SnapshotId> over, Request request) {
        return epochs.held()
                .map(held -> kept.look(held.epoch(), over, request))
                .orElseGet(() -> new KeptReturn.Looks(List.of(), Optional.empty()));
    }

    /** Before an import can come: it keeps nothing of what is saved or given up. The caller holds the apply lock. */
    private void note(Request request, Optional<Saved> saved) {
        if (saved.isPresent() || request.withoutOrphan()) {
            epochs.held().ifPresent(held -> kept.done(held.epoch(), saved));
        }
    }

    /** @throws UnderstudyException {@code why}, where it is not for missing keys, or imports would keep nothing */
    private static UnderstudyException standbyAllTheSame(UnderstudyException why, Optional<Unclaimed> unclaimed) {
        if (!KEYS.contains(why.code()) || unclaimed.isPresent()) {
            throw why;
        }
        return new UnderstudyException(
                why.code(),
                why.getMessage() + "; the marker is written all the same, so this server is a standby",
                why.hint() + "; then run agent-replica rejoin again: what is here is kept until then",
                why);
    }

    private int epoch() {
        return epochs.held().orElseThrow().epoch();
    }

    /**
     * The snapshot that is live here because it was imported over what this server had as the primary. What a server
     * that was promoted since has is its own.
     */
    private Optional<SnapshotId> overwritten() {
        return store.read()
                .filter(record -> backup.on() && epochs.held().isPresent() && !(record.state() instanceof Promoted))
                .flatMap(ReplicaRecord::live)
                .filter(this::wasImported)
                .flatMap(DatabaseVersion::snapshot);
    }

    /** Not the final snapshot of a switchover: it is of the own epoch, and was live before it was taken. */
    private boolean wasImported(DatabaseVersion live) {
        int own = epoch();
        int imported = live.snapshot().map(SnapshotId::epoch).orElse(0);
        boolean isFinal = imported == own && live.moment().isEmpty();
        return imported > 0 && !isFinal && (kept.isNoted(own) || imported >= own);
    }

    /** Without its note of the epoch this server does not know by itself that it is the primary. */
    private void requireAnother() {
        Epochs claims = repository.get().epochs();
        int highest = claims.highest();
        String own = settings.primary().name();
        if (claims.read(highest)
                .filter(claim -> claim.server().equals(own) && !backup.on())
                .isPresent()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot rejoin: this server, " + own + ", claimed epoch " + highest
                            + ", the highest, and no other was promoted since",
                    "promote the other server first; if the state folder of this one was lost, docs/state.md says what that means");
        }
    }

    /** Database and files may be of two snapshots then, or of none: what would be saved is nothing that there was. */
    private void requireNoneUnderWay() {
        Optional<ReplicaState> state = store.read().map(ReplicaRecord::state);
        if (state.filter(Applying.class::isInstance).isPresent()) {
            throw underWay("an import is in the middle of its apply", "agent-replica sync");
        }
        if (state.filter(Promoting.class::isInstance).isPresent()) {
            throw underWay("this server is being promoted", "agent-replica promote");
        }
    }

    private static UnderstudyException underWay(String what, String command) {
        return new UnderstudyException(
                ErrorCode.LOCKED,
                "cannot rejoin: " + what,
                "finish that first with " + command + ", then run agent-replica rejoin again");
    }

    private boolean isServing() {
        return backup.on()
                && store.read()
                        .map(ReplicaRecord::state)
                        .filter(Following.class::isInstance)
                        .isPresent();
    }

    /** What it writes from here on would be in no orphan. */
    private void stopSite(Request request, PausedSite paused) {
        if (settings.service().stop().isEmpty() && !request.siteStopped()) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot rejoin: the site of this server may run, and service.stop, which would stop it, is not set",
                    "set service.stop; or stop the site and repeat this with --site-stopped");
        }
        paused.stop(isServing());
    }
}
