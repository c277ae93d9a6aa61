package io.understudy.simulation;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.primary.capture.database.SourceDatabase;
import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.Before.Newest;
import io.understudy.primary.capture.database.tracking.CommitNotice;
import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseWriter;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TableRows;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.StreamRef;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The live database as a snapshot sees it: all tables of the moment at which the reading began, and by the changes
 * since the snapshot before where the log knows them.
 */
final class SourceTables implements SourceDatabase {
    private static final DatabaseProperties PROPERTIES = new DatabaseProperties(
            "UTF8", "C", "C", "libc", null, null, null, "site", -1, null, List.of(), null, List.of(), List.of());

    /** Its rows have a key, so that it may be kept with deltas. */
    private static final String KEYED = "note";

    private static final int MOST_DELTAS = 4;

    private final Server server;
    private final Run run;
    private final boolean tracking;
    private final String name;

    /** @param tracking whether it reads by the changes since the snapshot before, as a daemon does */
    SourceTables(Server server, Run run, boolean tracking) {
        this(server, run, tracking, Server.SITE);
    }

    private SourceTables(Server server, Run run, boolean tracking, String name) {
        this.server = server;
        this.run = run;
        this.tracking = tracking;
        this.name = name;
    }

    /** The site's database of before, by the name that it has now. */
    static SourceDatabase kept(Server server, Run run, String name) {
        return new SourceTables(server, run, false, name);
    }

    @Override
    public Captured capture(Optional<Before> before, BlobSink sink, Progress progress, Runnable unused) {
        ChangeLog log = server.log;
        if (tracking) {
            log.ensureSlot();
        }
        run.step("export a snapshot of the database", "");
        run.trouble.perhaps(ErrorCode.DATABASE_UNREACHABLE, "cannot reach the database");
        DatabaseIdentity live = server.databases
                .named(name)
                .orElseThrow(() -> new UnderstudyException(ErrorCode.DATABASE_DENIED, "no database", "create it"));
        Instant moment = server.clock.instant();
        Map<String, String> frozen = new TreeMap<>(server.databases.tables(live));
        run.store.reads(frozen);
        long end = log.end();
        MomentSeen seen = log.seen(live);
        Optional<ChangeLog.Point> point = tracking ? Optional.of(mark(live, end)) : Optional.empty();
        Optional<Newest> newest = before.flatMap(Before::newest).filter(base -> tracking);
        Map<String, TableData> known = new TreeMap<>();
        Map<String, Set<String>> changed =
                newest.flatMap(base -> log.since(base.snapshot(), live)).orElse(Map.of());
        newest.filter(base -> log.since(base.snapshot(), live).isPresent()).ifPresent(base -> {
            try (Stream<TableData> tables = base.database().tables(base.lists())) {
                tables.forEach(table -> known.put(table.name(), table));
            }
        });
        StreamRef archive = stream(sink, "archive of " + frozen.keySet());
        DatabaseWriter lists = new DatabaseWriter(sink);
        frozen.forEach((name, rows) ->
                lists.add(table(name, rows, Optional.ofNullable(known.get(name)), changed.get(name), sink)));
        lists.add(new SequenceData("public", "line_id_seq", frozen.size(), true));
        return new Captured(
                moment,
                "0/1",
                150000,
                "15",
                lists.finish(Server.SITE, PROPERTIES, "ab".repeat(32), 8 << 20, archive),
                point.map(it -> notice(newest.map(Newest::snapshot), it)).orElse(CommitNotice.NONE),
                Optional.of(seen),
                new Effort(!known.isEmpty(), Duration.ZERO, Duration.ZERO));
    }

    private ChangeLog.Point mark(DatabaseIdentity live, long end) {
        run.step("write a mark into the log", "");
        ChangeLog.Point point = server.log.mark(live, end, run.nonce());
        run.step("read the log", "");
        return point;
    }

    @Override
    public Optional<MomentSeen> look() {
        run.step("look for transactions", "");
        run.trouble.perhaps(ErrorCode.DATABASE_UNREACHABLE, "cannot reach the database");
        return server.live().map(server.log::seen);
    }

    private CommitNotice notice(Optional<SnapshotId> before, ChangeLog.Point point) {
        return new CommitNotice() {
            private String noted = "";

            @Override
            public void intended(SnapshotId snapshot) {
                run.step("note the snapshot", snapshot.toString());
                noted = snapshot.toString();
                server.log.note(snapshot, before, point);
                run.step("noted the snapshot", snapshot.toString());
            }

            @Override
            public void committed() {
                run.step("advance the slot", noted);
                run.store.letGo(noted);
                server.log.advance(point);
            }

            /** The snapshot that it was built on holds this moment too. */
            @Override
            public void unchanged(SnapshotId same) {
                intended(same);
                committed();
            }
        };
    }

    /** Taken over from the snapshot before, with one more delta, or all rows. */
    private TableData table(String name, String rows, Optional<TableData> known, Set<String> changed, BlobSink sink) {
        if (known.isPresent() && changed == null) {
            run.tell("taken over", name, "");
            return known.get();
        }
        boolean fits = known.filter(
                        base -> !base.key().isEmpty() && base.content().deltas().size() < MOST_DELTAS)
                .isPresent();
        if (!fits) {
            return table(name, rows, new TableContent(stream(sink, rows)));
        }
        String came = rows.lines()
                .filter(row -> changed.contains(row.split("\t")[0]))
                .map(row -> row + "\n")
                .collect(Collectors.joining());
        List<TableDelta> deltas = new ArrayList<>(known.get().content().deltas());
        deltas.add(new TableDelta(stream(sink, String.join("\n", changed) + "\n"), stream(sink, came)));
        run.tell("delta", name, changed.size() + " keys");
        return table(name, rows, new TableContent(known.get().content().base(), deltas));
    }

    private static TableData table(String name, String rows, TableContent content) {
        boolean keyed = name.equals(KEYED);
        return new TableData(
                "public",
                name,
                keyed ? List.of("id", "file") : List.of("line"),
                keyed ? List.of("id") : List.of(),
                rows.lines().count(),
                TableRows.layers(content).stream().mapToLong(StreamRef::bytes).sum(),
                null,
                null,
                content);
    }

    private static StreamRef stream(BlobSink sink, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            return StreamRef.of(List.of());
        }
        return StreamRef.of(List.of(sink.put(bytes, 0, bytes.length)));
    }
}
