package io.understudy.replica.fakes;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.load.SpareLoader;
import io.understudy.repository.BlobSource;
import io.understudy.repository.Manifest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/** A cluster in memory: databases have a name, and content, which is the name of a snapshot, or "partial". */
public final class FakeDatabases implements LiveDatabases, SpareLoader {
    public static final String LIVE = "site";
    public static final String SPARE = "site_understudy_spare";
    public static final String PREVIOUS = "site_understudy_previous";

    private final CrashPoints points;
    private final BooleanSupplier marked;
    private final Map<Long, String> names = new ConcurrentHashMap<>();
    private final Map<Long, String> contents = new ConcurrentHashMap<>();
    private final Set<Long> made = new HashSet<>();
    private long nextOid = 1;
    private Optional<ErrorCode> busy = Optional.empty();
    private Optional<UnderstudyException> unfit = Optional.empty();
    private Runnable beforeArrange = () -> {};
    private Runnable duringLoad = () -> {};
    private int loads;

    FakeDatabases(CrashPoints points, BooleanSupplier marked) {
        this.points = points;
        this.marked = marked;
    }

    public DatabaseIdentity create(String name, String content) {
        long oid = nextOid++;
        names.put(oid, name);
        contents.put(oid, content);
        return new DatabaseIdentity(7, oid);
    }

    /** Sessions keep coming back, or whatever this code says, at the next exchanges. */
    public void refuseExchange(ErrorCode code) {
        busy = Optional.of(code);
    }

    public void allowExchange() {
        busy = Optional.empty();
    }

    public void refusePreflight(UnderstudyException failure) {
        unfit = Optional.ofNullable(failure);
    }

    /** An operator acts at the worst moment. */
    public void beforeArrange(Runnable act) {
        beforeArrange = act;
    }

    public void duringLoad(Runnable act) {
        duringLoad = act;
    }

    public int loads() {
        return loads;
    }

    /** What the database of this name holds; null when there is none. */
    public String content(String name) {
        return find(name).map(each -> contents.get(each.oid())).orElse(null);
    }

    public Set<String> names() {
        return Set.copyOf(names.values());
    }

    public Optional<DatabaseIdentity> find(String name) {
        return names.entrySet().stream()
                .filter(each -> each.getValue().equals(name))
                .map(each -> new DatabaseIdentity(7, each.getKey()))
                .findFirst();
    }

    @Override
    public Arrangement look() {
        return new Arrangement(find(LIVE), find(SPARE), find(PREVIOUS));
    }

    @Override
    public void arrange(Arrangement wanted) {
        beforeArrange.run();
        if (wanted.equals(look())) {
            return;
        }
        busy.ifPresent(code -> {
            throw new UnderstudyException(code, "cannot exchange the databases: not now", "wait");
        });
        if (!marked.getAsBoolean()) {
            throw new AssertionError("databases are exchanged without the marker");
        }
        points.around("arrange", () -> {
            Map<String, DatabaseIdentity> next = new HashMap<>();
            wanted.live().ifPresent(each -> next.put(LIVE, each));
            wanted.spare().ifPresent(each -> next.put(SPARE, each));
            wanted.previous().ifPresent(each -> next.put(PREVIOUS, each));
            refuseForeign(next);
            next.values().forEach(each -> names.remove(each.oid()));
            next.forEach((name, each) -> names.put(each.oid(), name));
        });
    }

    private void refuseForeign(Map<String, DatabaseIdentity> next) {
        next.values().forEach(each -> Objects.requireNonNull(names.get(each.oid()), "no such database " + each));
        for (String name : Set.of(LIVE, SPARE, PREVIOUS)) {
            find(name).filter(each -> !next.containsValue(each)).ifPresent(each -> {
                throw new UnderstudyException(
                        ErrorCode.DATABASE_FOREIGN, "cannot exchange: " + name + " is another's", "look");
            });
        }
    }

    @Override
    public void discard(DatabaseIdentity database) {
        if (LIVE.equals(names.get(database.oid()))) {
            throw new IllegalStateException("the live database");
        }
        if (names.containsKey(database.oid()) && !made.contains(database.oid())) {
            throw new AssertionError("dropped a database that Understudy did not make: " + database);
        }
        points.around("discard", () -> names.remove(database.oid()));
    }

    @Override
    public String setAside(DatabaseIdentity database) {
        String name = names.get(database.oid());
        if (!name.startsWith("site_before_understudy")) {
            long used = names.values().stream()
                    .filter(each -> each.startsWith("site_before_understudy"))
                    .count();
            String next = "site_before_understudy" + (used == 0 ? "" : "_" + (used + 1));
            points.around("setAside", () -> names.put(database.oid(), next));
        }
        return names.get(database.oid());
    }

    @Override
    public void preflight(Manifest manifest) {
        unfit.ifPresent(failure -> {
            throw failure;
        });
    }

    @Override
    public DatabaseIdentity load(Manifest manifest, BlobSource blobs, Progress progress) {
        Optional<DatabaseIdentity> ready = find(SPARE)
                .filter(each -> made.contains(each.oid()))
                .filter(each ->
                        contents.get(each.oid()).equals(manifest.snapshot().toString()));
        if (ready.isPresent()) {
            return ready.get();
        }
        loads++;
        dropSpare();
        points.point("before load");
        DatabaseIdentity spare = create(SPARE, "partial");
        made.add(spare.oid());
        points.point("during load");
        duringLoad.run();
        contents.put(spare.oid(), manifest.snapshot().toString());
        points.point("after load");
        return spare;
    }

    @Override
    public void dropSpare() {
        find(SPARE).ifPresent(each -> {
            if (!made.contains(each.oid())) {
                throw new UnderstudyException(ErrorCode.DATABASE_FOREIGN, "the spare is another's", "look");
            }
            names.remove(each.oid());
        });
    }
}
