package io.understudy.replica.fakes;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.progress.Progress;
import io.understudy.replica.load.LoadContext;
import io.understudy.replica.load.LoadReport;
import io.understudy.replica.load.LoadReport.By;
import io.understudy.replica.load.LoadReport.TableLoad;
import io.understudy.replica.load.SpareLoader;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TableRows;
import io.understudy.repository.blob.BlobSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Keeps the contract of {@link SpareLoader} on a {@link FakeDatabaseServer}; reads every blob, so damage is found. */
public final class FakeSpareLoader implements SpareLoader {
    private final FakeDatabaseServer server;
    private final DatabaseNames names;
    private final Hook hook;
    /** Of a load of this process that is under way, or ended before its only commit. */
    private Optional<Begun> begun = Optional.empty();

    private record Begun(DatabaseIdentity database, SnapshotId content, Map<String, String> rows) {}

    public FakeSpareLoader(FakeDatabaseServer server, String site) {
        this(server, site, Hook.NONE);
    }

    /**
     * @param hook is called around {@code preflight}, {@code adopt} (before: a retired database is there; after: the
     *     spare, which holds nothing whole), {@code load} (before: an empty spare is there; after: a whole
     *     one), {@code merge_indexes} and {@code drop_spare}
     */
    public FakeSpareLoader(FakeDatabaseServer server, String site, Hook hook) {
        this.server = server;
        this.names = DatabaseNames.of(site);
        this.hook = hook;
    }

    @Override
    public void preflight(Manifest manifest) {
        hook.before("preflight");
        hook.after("preflight");
    }

    @Override
    public Optional<Base> base() {
        return server.named(names.spare())
                .filter(server::own)
                .flatMap(this::base)
                .or(() -> server.all().stream()
                        .filter(each -> server.own(each)
                                && names.isRetired(server.name(each).orElseThrow(), each.oid()))
                        .flatMap(each -> base(each).stream())
                        .max(Comparator.comparing(Base::snapshot)));
    }

    private Optional<Base> base(DatabaseIdentity database) {
        return server.content(database)
                .or(() -> begun.filter(each -> each.database().equals(database)).map(Begun::content))
                .map(snapshot -> new Base(database, snapshot));
    }

    @Override
    public boolean isBehind(SnapshotId live) {
        return base().filter(found -> found.snapshot().compareTo(live) < 0).isPresent();
    }

    @Override
    public Optional<DatabaseIdentity> holding(SnapshotId snapshot) {
        return server.named(names.spare())
                .filter(each -> server.content(each).filter(snapshot::equals).isPresent());
    }

    @Override
    public LoadedSpare load(Manifest manifest, BlobSource blobs, LoadContext context, Progress progress) {
        Optional<DatabaseIdentity> whole = holding(manifest.snapshot());
        if (whole.filter(each ->
                        context.wasNeverLive(each) || server.drifted(each).isEmpty())
                .isPresent()) {
            return new LoadedSpare(whole.get(), LoadReport.fullOnce("it was there"));
        }
        Optional<Base> begin = base();
        Optional<Map<String, TableData>> held =
                begin.flatMap(each -> context.held(each.snapshot())).flatMap(older -> readable(older, blobs));
        Optional<DatabaseIdentity> base = held.flatMap(tables -> begin).map(Base::database);
        Optional<DatabaseIdentity> there = server.named(names.spare()).filter(each -> !base.equals(Optional.of(each)));
        if (base.isEmpty() && !context.mayTakeLong()) {
            throw new UnderstudyException(ErrorCode.LOAD_FAILED, "cannot load by differences", "load all");
        }
        context.changing();
        there.ifPresent(each -> {
            requireOwn(each);
            server.drop(each);
        });
        Map<String, String> before = base.map(server::tables).orElse(Map.of());
        // One that was never live is not searched.
        Set<String> drifted = base.filter(each -> !context.wasNeverLive(each))
                .map(server::drifted)
                .orElse(Set.of());
        Map<String, TableData> known = held.orElse(Map.of());
        base.ifPresent(each -> {
            hook.before("adopt");
            begun = server.content(each).map(content -> new Begun(each, content, before));
            server.empty(each);
            server.rename(each, names.spare());
            hook.after("adopt");
        });
        DatabaseIdentity spare = base.orElseGet(() -> server.createOwn(names.spare()));
        Map<String, String> stay = new TreeMap<>(before);
        stay.keySet().removeAll(drifted);
        fill(spare, manifest, blobs, known, stay);
        begun = Optional.empty();
        return new LoadedSpare(
                spare,
                base.map(each -> new LoadReport(
                                drifted.stream().map(FakeSpareLoader::drift).toList()))
                        .orElseGet(() -> begin.isEmpty()
                                ? LoadReport.fullOnce("nothing to begin with")
                                : LoadReport.full("what it holds is not known")));
    }

    @Override
    public void mergeIndexes() {
        hook.before("merge_indexes");
        hook.after("merge_indexes");
    }

    @Override
    public boolean takeBack(SnapshotId snapshot) {
        Optional<Begun> found = begun.filter(each -> each.content().equals(snapshot)
                && server.named(names.spare()).equals(Optional.of(each.database()))
                && server.content(each.database()).isEmpty());
        begun = Optional.empty();
        found.ifPresent(each -> server.restore(each.database(), each.content(), each.rows()));
        return found.isPresent();
    }

    private static TableLoad drift(String table) {
        return new TableLoad("public." + table, By.FULL, Optional.of("something wrote into it"), 0, 0, true, false);
    }

    /** Empty where the mirror has lost some of it: all is loaded then. */
    private static Optional<Map<String, TableData>> readable(Manifest older, BlobSource blobs) {
        try (Stream<TableData> tables = older.database().tables(blobs)) {
            return Optional.of(tables.collect(Collectors.toMap(TableData::name, table -> table)));
        } catch (UnderstudyException e) {
            if (!e.code().isOfBlob()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** @param stay rows of the base; they are those of the snapshot where that did not change since */
    private void fill(
            DatabaseIdentity spare,
            Manifest manifest,
            BlobSource blobs,
            Map<String, TableData> known,
            Map<String, String> stay) {
        hook.before("load");
        manifest.database().archive().blobs(blobs).forEachRemaining(blob -> drain(blobs.open(blob)));
        Map<String, String> rows = new TreeMap<>();
        try (Stream<TableData> tables = manifest.database().tables(blobs)) {
            tables.forEach(table -> {
                String content = drain(TableRows.all(table, blobs));
                boolean unchanged = table.equals(known.get(table.name())) && stay.containsKey(table.name());
                rows.put(table.name(), unchanged ? stay.get(table.name()) : content);
            });
        }
        try (Stream<SequenceData> sequences = manifest.database().sequences(blobs)) {
            sequences.forEach(sequence -> {});
        }
        server.fill(spare, manifest.snapshot(), rows);
        hook.after("load");
    }

    @Override
    public List<TableDifference> compareLive(Manifest manifest, BlobSource blobs, Progress progress) {
        return List.of();
    }

    @Override
    public void dropSpare() {
        Optional<DatabaseIdentity> there = server.named(names.spare()).filter(server::own);
        hook.before("drop_spare");
        there.ifPresent(server::drop);
        hook.after("drop_spare");
    }

    private void requireOwn(DatabaseIdentity database) {
        if (!server.own(database)) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FOREIGN,
                    "cannot create database " + names.spare() + ": one that Understudy did not create has this name",
                    "rename it");
        }
    }

    private static String drain(InputStream blob) {
        try (blob) {
            return new String(blob.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
