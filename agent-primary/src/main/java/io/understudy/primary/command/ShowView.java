package io.understudy.primary.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.cli.Bytes;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.TreeKind;
import io.understudy.repository.ClosureData;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.RiskyEntries;
import io.understudy.setup.TreeCheck;
import io.understudy.time.Moments;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The result of {@code agent-primary show ID}: the manifest without the names of its blobs.
 *
 * <pre>{@code
 * {"snapshot":"00000001-00000003","site":"example","moment":"2026-11-20T10:00:00.123456Z","wal_lsn":"0/1A2B3C",
 *  "periods":["hourly"],"server":"a.example.net",
 *  "versions":{"agent":"0.1.0","postgres":150019,"tools":"15.19"},
 *  "database":{"name":"site","schema_hash":"…","archive_bytes":9000,"properties":{…},"tables":[{"schema":"public",
 *  "name":"note","rows":4711,"bytes":1040000}]},
 *  "trees":[{"name":"media","kind":"files","entries":120,"bytes":52428800,
 *  "set_id_files":0,"outward_links":0}],
 *  "totals":{"tables":1,"rows":4711,"database_bytes":1048576,"entries":120,"file_bytes":52428800,
 *  "stored_bytes":31459328,"uploaded_bytes":2048}}
 * }</pre>
 *
 * Databases that commands wrote are in {@code "databases":[{"name":"shop","preset":"mariadb","bytes":5100,
 * "moment":"2026-11-20T09:59:58Z","apart_seconds":2.1}]}; {@code database} is absent where there is none of PostgreSQL.
 *
 * <p>A continuous snapshot has {@code last_scheduled} too: the newest snapshot before it that is not continuous. The
 * last one before its server stopped has {@code "last":{"site_stopped":true}}. Where {@code closure} is configured,
 * it has {@code "closure":[{"tree":"media","query":"…","named":120,"missing":1,"paths":["a.jpg"]}]}, or in place of
 * numbers {@code "unknown":"why"}.
 */
record ShowView(
        SnapshotId snapshot,
        String site,
        Instant moment,
        String walLsn,
        List<String> periods,
        @JsonInclude(JsonInclude.Include.NON_NULL) SnapshotId lastScheduled,
        String server,
        Manifest.Versions versions,
        @JsonInclude(JsonInclude.Include.NON_NULL) Database database,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Other> databases,
        List<Tree> trees,
        Manifest.Totals totals,
        @JsonInclude(JsonInclude.Include.NON_NULL) Manifest.Last last,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Manifest.Carried> carried,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ClosureData> closure) {

    record Database(
            String name, String schemaHash, long archiveBytes, DatabaseProperties properties, List<Table> tables) {}

    /** @param apartSeconds how far its moment is from that of the snapshot, 0 or more */
    record Other(String name, String preset, long bytes, Instant moment, double apartSeconds) {
        static Other of(DatabaseData data, Instant moment) {
            Duration apart = Duration.between(data.dump().moment(), moment).abs();
            return new Other(
                    data.name(),
                    data.dump().preset(),
                    data.archive().bytes(),
                    data.dump().moment(),
                    apart.toMillis() / 1000.0);
        }

        private String text(Instant of) {
            return String.format(
                    Locale.ROOT,
                    "database  %s (%s): %s, %.1f s %s%n",
                    name,
                    preset,
                    Bytes.text(bytes),
                    apartSeconds,
                    moment.isAfter(of) ? "later" : "earlier");
        }
    }

    record Table(String schema, String name, long rows, long bytes) {}

    /**
     * @param setIdFiles how many files have set-uid or set-gid bits
     * @param outwardLinks how many links may lead out of the tree
     */
    record Tree(String name, TreeKind kind, long entries, long bytes, long setIdFiles, long outwardLinks) {
        private String text() {
            String risky = (setIdFiles == 0 ? "" : ", " + setIdFiles + " set-uid or set-gid")
                    + (outwardLinks == 0 ? "" : ", " + outwardLinks + " links out of the tree");
            return String.format(
                    Locale.ROOT,
                    "tree      %s (%s): %d files, folders and links, %s%s%n",
                    name,
                    kind.label(),
                    entries,
                    Bytes.text(bytes),
                    risky + (kind == TreeKind.INVENTORY ? "; only recorded, objects have no second copy here" : ""));
        }
    }

    /**
     * @param source where the lists of tables and entries are
     * @param trees of this server: their paths say which absolute links stay inside
     */
    static ShowView of(Manifest manifest, BlobSource source, List<TreeSettings> trees) {
        return new ShowView(
                manifest.snapshot(),
                manifest.site(),
                manifest.moment(),
                manifest.walLsn(),
                manifest.periods(),
                manifest.lastScheduled(),
                manifest.server(),
                manifest.versions(),
                manifest.postgresql().map(each -> database(each, source)).orElse(null),
                manifest.others().stream()
                        .map(each -> Other.of(each, manifest.moment()))
                        .toList(),
                manifest.trees().stream().map(tree -> tree(tree, source, trees)).toList(),
                manifest.totals(),
                manifest.last(),
                manifest.carried(),
                manifest.closure());
    }

    private static Database database(DatabaseData database, BlobSource source) {
        try (Stream<DatabaseData.TableData> all = database.tables(source)) {
            return new Database(
                    database.name(),
                    database.schemaHash(),
                    database.archive().bytes(),
                    database.properties(),
                    all.map(table -> new Table(table.schema(), table.name(), table.rows(), table.bytes()))
                            .toList());
        }
    }

    /** Elsewhere every file that a row names is there. */
    private boolean rowsAreNewerThanFiles() {
        return carried.stream()
                .anyMatch(
                        part -> part.part().startsWith("tree ") && part.moment().isBefore(moment));
    }

    private static Tree tree(TreeData tree, BlobSource source, List<TreeSettings> trees) {
        TreeSettings settings = trees.stream()
                .filter(known -> known.name().equals(tree.name()))
                .findFirst()
                .orElseGet(() -> new TreeSettings(tree.name(), tree.kind(), Path.of("/"), List.of()));
        RiskyEntries risky = TreeCheck.count(tree, settings, source);
        return new Tree(tree.name(), tree.kind(), tree.entries(), tree.bytes(), risky.setId(), risky.outward());
    }

    private String tables() {
        long others = databases.stream().mapToLong(Other::bytes).sum();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "database  %s: %d rows, %s%n",
                database.name(),
                totals.rows(),
                Bytes.text(totals.databaseBytes() - others)));
        database.tables()
                .forEach(table -> text.append(String.format(
                        Locale.ROOT,
                        "  %12d rows %10s  %s.%s%n",
                        table.rows(),
                        Bytes.text(table.bytes()),
                        table.schema(),
                        table.name())));
        return text.toString();
    }

    String text() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "snapshot  %s (%s) of site %s%nmoment    %s%nserver    %s%s%nstored    %s, of which %s were new%n",
                snapshot,
                String.join(", ", periods)
                        + (lastScheduled == null ? "" : "; the newest before it that is not: " + lastScheduled),
                site,
                Moments.text(moment),
                server,
                database == null
                        ? ""
                        : ", PostgreSQL " + versions.postgres() / 10000 + "." + versions.postgres() % 10000,
                Bytes.text(totals.storedBytes()),
                Bytes.text(totals.uploadedBytes())));
        if (database != null) {
            text.append(tables());
        }
        databases.forEach(other -> text.append(other.text(moment)));
        trees.forEach(tree -> text.append(tree.text()));
        carried.forEach(part -> text.append("carried   ")
                .append(part.part())
                .append(" of ")
                .append(part.snapshot())
                .append(", ")
                .append(Moments.text(part.moment()))
                .append('\n'));
        for (ClosureData each : closure) {
            text.append("closure   ").append(each.text()).append('\n');
            each.paths().forEach(path -> text.append("  missing  ").append(path).append('\n'));
            if (each.missing() > each.paths().size()) {
                text.append("  missing  … and ")
                        .append(each.missing() - each.paths().size())
                        .append(" more\n");
            }
        }
        if (rowsAreNewerThanFiles()) {
            text.append("note      rows may name files that are not here: the database is newer than them\n");
        }
        if (last != null) {
            text.append("last      before this server stopped; the site had ")
                    .append(last.siteStopped() ? "" : "not ")
                    .append("been stopped\n");
        }
        return text.toString();
    }
}
