package io.understudy.replica.databases;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.load.LoadContext;
import io.understudy.replica.load.LoadReport;
import io.understudy.replica.load.SpareLoader;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * In the place of a PostgreSQL server, of a site that has none: databases that are numbers and hold nothing. Which of
 * them is live says which snapshot is, so that rounds, returns and promotions are those of any other site. Not for
 * concurrent use.
 *
 * <pre>
 * {"format":1,"last":7,"live":7,"spare":0,"previous":6,"holds":"00000001-00000042","retired":[5]}
 * </pre>
 */
public final class NumberedDatabases implements LiveDatabases, SpareLoader {
    private static final long NO_CLUSTER = 0;

    private final StateFile<Kept> file;

    public NumberedDatabases(Path state) {
        this.file = StateFile.in(state, StateEntry.NUMBERED_DATABASES, Kept.class);
    }

    /**
     * @param last number that was given
     * @param live,spare,previous numbers; 0: none
     * @param holds the snapshot of the spare; null: none
     */
    private record Kept(long last, long live, long spare, long previous, String holds, Set<Long> retired) {
        private Kept {
            retired = retired == null ? Set.of() : Set.copyOf(retired);
        }

        Set<Long> all() {
            Set<Long> all = new HashSet<>(retired);
            all.addAll(List.of(live, spare, previous));
            all.remove(0L);
            return all;
        }

        Kept without(long number) {
            Set<Long> fewer = new HashSet<>(retired);
            fewer.remove(number);
            return new Kept(
                    last,
                    live,
                    spare == number ? 0 : spare,
                    previous == number ? 0 : previous,
                    spare == number ? null : holds,
                    fewer);
        }
    }

    private Kept kept() {
        return file.read().orElseGet(() -> new Kept(0, 0, 0, 0, null, Set.of()));
    }

    private static Optional<DatabaseIdentity> identity(long number) {
        return Optional.of(number).filter(each -> each > 0).map(each -> new DatabaseIdentity(NO_CLUSTER, each));
    }

    private static long number(Optional<DatabaseIdentity> database) {
        return database.map(DatabaseIdentity::oid).orElse(0L);
    }

    @Override
    public Arrangement look() {
        Kept now = kept();
        return new Arrangement(identity(now.live()), identity(now.spare()), identity(now.previous()));
    }

    /** Before the first import it has no number. */
    @Override
    public Optional<DatabaseIdentity> own() {
        return Optional.of(look().live().orElse(new DatabaseIdentity(NO_CLUSTER, 0)));
    }

    @Override
    public Optional<String> name(DatabaseIdentity database) {
        return Optional.of("number " + database.oid())
                .filter(name -> kept().all().contains(database.oid()));
    }

    @Override
    public List<String> lacking(List<TableData> tables) {
        return List.of();
    }

    @Override
    public void arrange(Arrangement wanted, Set<DatabaseIdentity> retired) {
        Kept now = kept();
        Set<Long> given = new HashSet<>(now.retired());
        retired.stream().map(DatabaseIdentity::oid).filter(now.all()::contains).forEach(given::add);
        Kept next = new Kept(
                now.last(),
                number(wanted.live()),
                number(wanted.spare()),
                number(wanted.previous()),
                wanted.spare().isPresent() && number(wanted.spare()) == now.spare() ? now.holds() : null,
                given);
        if (!now.all().containsAll(next.all())) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FAILED,
                    "cannot exchange: " + StateEntry.NUMBERED_DATABASES + " does not know what is to become live",
                    "the next import begins again");
        }
        if (!next.equals(now)) {
            file.write(next);
        }
    }

    @Override
    public Set<DatabaseIdentity> retired() {
        Set<DatabaseIdentity> all = new HashSet<>();
        kept().retired().forEach(number -> identity(number).ifPresent(all::add));
        return all;
    }

    @Override
    public void discard(DatabaseIdentity database) {
        if (kept().live() == database.oid()) {
            throw new IllegalStateException("the live database is neither dropped nor set aside");
        }
        file.write(kept().without(database.oid()));
    }

    @Override
    public String setAside(DatabaseIdentity database) {
        discard(database);
        return "number " + database.oid();
    }

    @Override
    public void preflight(Manifest manifest) {
        manifest.postgresql().ifPresent(data -> {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot import " + manifest.snapshot() + ": it has the PostgreSQL database " + data.name()
                            + ", and this server's configuration has none",
                    "set database as on the primary");
        });
    }

    @Override
    public Optional<Base> base() {
        return Optional.empty();
    }

    @Override
    public Optional<DatabaseIdentity> holding(SnapshotId snapshot) {
        Kept now = kept();
        return identity(now.spare()).filter(each -> snapshot.toString().equals(now.holds()));
    }

    @Override
    public LoadedSpare load(Manifest manifest, BlobSource blobs, LoadContext context, Progress progress) {
        Optional<DatabaseIdentity> there = holding(manifest.snapshot());
        if (there.isEmpty()) {
            Kept now = kept();
            file.write(new Kept(
                    now.last() + 1,
                    now.live(),
                    now.last() + 1,
                    now.previous(),
                    manifest.snapshot().toString(),
                    now.retired()));
        }
        context.alongside();
        return new LoadedSpare(holding(manifest.snapshot()).orElseThrow(), new LoadReport(List.of()));
    }

    /** What holds nothing is no difference. */
    @Override
    public List<TableDifference> compareLive(Manifest manifest, BlobSource blobs, Progress progress) {
        return List.of();
    }

    @Override
    public void dropSpare() {
        Kept now = kept();
        if (now.spare() > 0) {
            file.write(now.without(now.spare()));
        }
    }
}
