package io.understudy.replica.fakes;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.load.LoadContext;
import io.understudy.replica.load.SpareLoader;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The fakes of both database ports with crash points around each step, failures to order, and what must hold always.
 */
public final class FakeDatabases implements LiveDatabases, SpareLoader {
    public static final String LIVE = "site";
    public static final String SPARE = "site_understudy_spare";
    public static final String PREVIOUS = "site_understudy_previous";

    private final FakeDatabaseServer server = new FakeDatabaseServer(7);
    private final LiveDatabases live;
    private final SpareLoader loader;
    private final BooleanSupplier marked;
    private Optional<ErrorCode> busy = Optional.empty();
    private Optional<UnderstudyException> unfit = Optional.empty();
    private List<String> risks = List.of();
    private Optional<UnderstudyException> undroppable = Optional.empty();
    private Runnable duringLoad = () -> {};
    private Runnable duringMerge = () -> {};
    private int loads;
    private List<String> lost = List.of();
    private int loadsWhenLost = -1;
    private boolean down;
    private List<String> failing = List.of();

    FakeDatabases(CrashPoints points, BooleanSupplier marked) {
        this.marked = marked;
        Hook hook = new Hook() {
            @Override
            public void before(String step) {
                points.point("before " + step);
            }

            @Override
            public void after(String step) {
                points.point("after " + step);
            }
        };
        this.live = new FakeLiveDatabases(server, LIVE, hook);
        this.loader = new FakeSpareLoader(server, LIVE, new Hook() {
            @Override
            public void before(String step) {
                hook.before(step);
                if (step.equals("load")) {
                    loads++;
                    duringLoad.run();
                } else if (step.equals("merge_indexes")) {
                    duringMerge.run();
                }
            }

            @Override
            public void after(String step) {
                hook.after(step);
            }
        });
    }

    /** A database that Understudy did not make. */
    public DatabaseIdentity create(String name) {
        return server.create(name, Optional.empty());
    }

    /** Exchanges fail with this code from now on. */
    public void refuseExchange(ErrorCode code) {
        busy = Optional.of(code);
    }

    public void allowExchange() {
        busy = Optional.empty();
    }

    /** @param failure null: nothing is in the way */
    public void refusePreflight(UnderstudyException failure) {
        unfit = Optional.ofNullable(failure);
    }

    public void duringLoad(Runnable act) {
        duringLoad = act;
    }

    /** While what is ahead is offered already. */
    public void duringMerge(Runnable act) {
        duringMerge = act;
    }

    /** How often a spare was loaded again. */
    public int loads() {
        return loads;
    }

    /** What the database of this name holds: a snapshot, "original", or "partial"; null when there is none. */
    public String content(String name) {
        return find(name)
                .map(each -> server.content(each)
                        .map(SnapshotId::toString)
                        .orElse(server.own(each) ? "partial" : "original"))
                .orElse(null);
    }

    public Set<String> names() {
        return server.names();
    }

    public Optional<DatabaseIdentity> find(String name) {
        return server.named(name);
    }

    @Override
    public Arrangement look() {
        refuseWhenDown();
        return live.look();
    }

    private void refuseWhenDown() {
        if (down) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_UNREACHABLE, "cannot connect: connection refused", "start it");
        }
    }

    @Override
    public Optional<String> name(DatabaseIdentity database) {
        return live.name(database);
    }

    public FakeDatabaseServer server() {
        return server;
    }

    /** The live database lacks these from now on. */
    public void lose(List<String> tables) {
        lost = List.copyOf(tables);
        loadsWhenLost = loads;
    }

    /** The server does not answer from now on. */
    public void goDown(boolean away) {
        down = away;
    }

    @Override
    public List<String> lacking(List<TableData> tables) {
        return loads == loadsWhenLost ? lost : live.lacking(tables);
    }

    @Override
    public void arrange(Arrangement wanted, Set<DatabaseIdentity> retired) {
        if (wanted.equals(look()) && live.retired().containsAll(retired)) {
            return;
        }
        busy.ifPresent(code -> {
            throw new UnderstudyException(code, "cannot exchange the databases: not now", "wait");
        });
        if (!marked.getAsBoolean()) {
            throw new AssertionError("databases are exchanged without the marker");
        }
        live.arrange(wanted, retired);
    }

    @Override
    public void discard(DatabaseIdentity database) {
        if (server.name(database).isPresent() && !server.own(database)) {
            throw new AssertionError("dropped a database that Understudy did not make: " + database);
        }
        undroppable.ifPresent(failure -> {
            throw failure;
        });
        live.discard(database);
    }

    /** Databases can't be dropped from now on, or can again. @param failure null: they can */
    public void refuseDrop(UnderstudyException failure) {
        undroppable = Optional.ofNullable(failure);
    }

    @Override
    public Set<DatabaseIdentity> retired() {
        return live.retired();
    }

    @Override
    public String setAside(DatabaseIdentity database) {
        return live.setAside(database);
    }

    @Override
    public void preflight(Manifest manifest) {
        unfit.ifPresent(failure -> {
            throw failure;
        });
        loader.preflight(manifest);
    }

    @Override
    public List<String> risks(Manifest manifest) {
        return risks;
    }

    /** What {@code check} is to warn of. */
    public void warnOf(String risk) {
        risks = List.of(risk);
    }

    @Override
    public Optional<Base> base() {
        return loader.base();
    }

    @Override
    public Optional<DatabaseIdentity> holding(SnapshotId snapshot) {
        refuseWhenDown();
        return loader.holding(snapshot);
    }

    @Override
    public LoadedSpare load(Manifest manifest, BlobSource blobs, LoadContext context, Progress progress) {
        return loader.load(manifest, blobs, context, progress);
    }

    @Override
    public boolean isBehind(SnapshotId live) {
        refuseWhenDown();
        return loader.isBehind(live);
    }

    @Override
    public void mergeIndexes() {
        loader.mergeIndexes();
    }

    @Override
    public boolean takeBack(SnapshotId snapshot) {
        return loader.takeBack(snapshot);
    }

    @Override
    public List<TableDifference> compareLive(Manifest manifest, BlobSource blobs, Progress progress) {
        return loader.compareLive(manifest, blobs, progress);
    }

    @Override
    public void dropSpare() {
        loader.dropSpare();
    }

    /** What queries are not true from now on. */
    public void failing(List<String> why) {
        failing = why;
    }

    @Override
    public List<String> failing(List<String> queries, Duration limit) {
        return failing;
    }
}
