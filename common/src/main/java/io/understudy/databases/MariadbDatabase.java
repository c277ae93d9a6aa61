package io.understudy.databases;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherDatabase.Mariadb;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.FolderDeletion;
import io.understudy.process.Command.Consumer;
import io.understudy.process.Command.Producer;
import io.understudy.process.CommandRunner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A schema of a MariaDB server, by {@code mariadb-dump} and {@code mariadb}. All tables change places in one
 * {@code RENAME TABLE}, which a crash leaves done or not done. What cannot be renamed from schema to schema (views,
 * triggers, routines, events) is kept as a script, dropped before, and made again after it: the site is stopped then.
 * Whether the tables have changed places is seen on the place's own schemas: the one ahead has no table then, and what
 * was live is in the other, or was noted as absent.
 *
 * <p>More than 300 lines, for all statements that this needs stand in one place.
 */
final class MariadbDatabase implements SiteDatabase {
    private static final String DONE = "-- Dump completed";

    /** The site may be stopped: who holds a lock for longer is an error. In seconds. */
    private static final String PATIENCE = "SET SESSION lock_wait_timeout = 60;\n";

    private final OtherDatabase settings;
    private final Mariadb mariadb;
    private final Programs programs;

    MariadbDatabase(OtherDatabase settings, Mariadb mariadb, CommandRunner runner) {
        this.settings = settings;
        this.mariadb = mariadb;
        this.programs = new Programs(settings.name(), runner, settings.environment(), settings.limit());
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public String preset() {
        return settings.preset();
    }

    @Override
    public void dump(Consumer to) {
        programs.dump(
                dumper(List.of(
                        "--single-transaction",
                        "--quick",
                        "--hex-blob",
                        "--no-tablespaces",
                        "--routines",
                        "--triggers",
                        "--events",
                        "--",
                        mariadb.schema())),
                Optional.of(DONE),
                to);
    }

    @Override
    public void restore(Place place, Producer dump) {
        if (isThere(previous(place))) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FOREIGN,
                    "cannot restore database " + name() + ": the schema " + previous(place) + " is there already",
                    "rename or drop it, if it is of no use");
        }
        String charset = charset();
        sql("DROP DATABASE IF EXISTS " + quoted(ahead(place)) + "; CREATE DATABASE " + quoted(ahead(place)) + charset);
        programs.restore(client(List.of(ahead(place))), Map.of(), out -> {
            DumpedSchema filter = new DumpedSchema(out);
            dump.produce(filter);
            filter.finish();
        });
        if (tables(ahead(place)).isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    "cannot restore database " + name() + ": the dump of " + place.snapshot() + " has no tables",
                    "look at it with agent-replica dump " + place.snapshot() + " --database " + name());
        }
        keep(fresh(place), objects(ahead(place)));
        dropObjects(ahead(place));
    }

    /** That of the live schema, whose tables without one of their own have it. */
    private String charset() {
        return query("SELECT CONCAT(' CHARACTER SET ', default_character_set_name, ' COLLATE ', default_collation_name)"
                        + " FROM information_schema.schemata WHERE schema_name = " + literal(mariadb.schema()))
                .stream()
                .findFirst()
                .orElse("");
    }

    @Override
    public void swap(Place place) {
        List<String> coming = tables(ahead(place));
        if (coming.isEmpty()) {
            requireDone(place);
        } else {
            sql("CREATE DATABASE IF NOT EXISTS " + quoted(mariadb.schema()) + "; CREATE DATABASE IF NOT EXISTS "
                    + quoted(previous(place)));
            if (!Files.exists(before(place))) {
                keep(before(place), objects(mariadb.schema()));
            }
            dropObjects(mariadb.schema());
            List<String> going = tables(mariadb.schema());
            if (going.isEmpty()) {
                keep(absent(place), "");
            } else {
                AtomicFiles.delete(absent(place));
            }
            List<String> renames = renames(going, mariadb.schema(), previous(place));
            renames.addAll(renames(coming, ahead(place), mariadb.schema()));
            rename(renames);
        }
        dropObjects(mariadb.schema());
        replay(fresh(place));
        sql("DROP DATABASE IF EXISTS " + quoted(ahead(place)));
    }

    private void requireDone(Place place) {
        if (!isDone(place)) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    "cannot make database " + name() + " live: the schema " + ahead(place)
                            + ", which was restored, has no tables any more",
                    "find out what dropped them; the next import restores it again");
        }
    }

    /** Where no table is ahead: whether that is for they are live. */
    private boolean isDone(Place place) {
        return !tables(previous(place)).isEmpty()
                || Files.exists(absent(place)) && !tables(mariadb.schema()).isEmpty();
    }

    @Override
    public void undo(Place place) {
        if (!Files.exists(before(place))) {
            return;
        }
        if (tables(ahead(place)).isEmpty() && isDone(place)) {
            dropObjects(mariadb.schema());
            sql("CREATE DATABASE IF NOT EXISTS " + quoted(ahead(place)));
            List<String> renames = renames(tables(mariadb.schema()), mariadb.schema(), ahead(place));
            renames.addAll(renames(tables(previous(place)), previous(place), mariadb.schema()));
            rename(renames);
        }
        dropObjects(mariadb.schema());
        replay(before(place));
        dropPrevious(place);
        AtomicFiles.delete(absent(place));
        AtomicFiles.delete(before(place));
    }

    private void dropPrevious(Place place) {
        List<String> left = tables(previous(place));
        if (!left.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FAILED,
                    "cannot take back the swap of database " + name() + ": the schema " + previous(place)
                            + " still holds " + left.size() + " tables of what was live before, as " + left.get(0),
                    "look at both schemas, and move by hand what is missing in " + mariadb.schema());
        }
        sql("DROP DATABASE IF EXISTS " + quoted(previous(place)));
    }

    @Override
    public void drop(Place place) {
        sql("DROP DATABASE IF EXISTS " + quoted(ahead(place)) + "; DROP DATABASE IF EXISTS " + quoted(previous(place)));
        FolderDeletion.delete(place.notes());
    }

    /** In one statement: the server does all of it or nothing. */
    private void rename(List<String> renames) {
        if (!renames.isEmpty()) {
            sql("RENAME TABLE " + String.join(", ", renames));
        }
    }

    private static List<String> renames(List<String> tables, String from, String to) {
        List<String> renames = new ArrayList<>();
        tables.forEach(
                table -> renames.add(quoted(from) + "." + quoted(table) + " TO " + quoted(to) + "." + quoted(table)));
        return renames;
    }

    /** A script that makes views, triggers, routines and events again. */
    private String objects(String schema) {
        String code = dumped(List.of(
                "--no-data", "--no-create-info", "--skip-opt", "--routines", "--triggers", "--events", "--", schema));
        List<String> views = views(schema);
        if (views.isEmpty()) {
            return code;
        }
        List<String> arguments =
                new ArrayList<>(List.of("--no-data", "--skip-triggers", "--skip-lock-tables", "--", schema));
        arguments.addAll(views);
        return dumped(arguments) + "\n" + code;
    }

    private String dumped(List<String> arguments) {
        return DumpedSchema.without(programs.read(
                "read the views, triggers and routines of",
                ErrorCode.DATABASE_FAILED,
                dumper(arguments),
                "",
                Optional.of(DONE)));
    }

    private void dropObjects(String schema) {
        String of = " = " + literal(schema);
        List<String> drops = new ArrayList<>();
        query("SELECT CONCAT('TRIGGER ', HEX(trigger_name)) FROM information_schema.triggers WHERE trigger_schema" + of
                        + " UNION ALL SELECT CONCAT('VIEW ', HEX(table_name)) FROM information_schema.views"
                        + " WHERE table_schema" + of
                        + " UNION ALL SELECT CONCAT(routine_type, ' ', HEX(routine_name))"
                        + " FROM information_schema.routines WHERE routine_schema" + of
                        + " UNION ALL SELECT CONCAT('EVENT ', HEX(event_name)) FROM information_schema.events"
                        + " WHERE event_schema" + of)
                .forEach(line -> {
                    int space = line.lastIndexOf(' ');
                    drops.add("DROP " + line.substring(0, space) + " " + object(schema, line.substring(space + 1)));
                });
        if (!drops.isEmpty()) {
            sql(String.join("; ", drops));
        }
    }

    private static String object(String schema, String hex) {
        return quoted(schema) + "." + quoted(text(hex));
    }

    private List<String> tables(String schema) {
        return named("<> 'VIEW'", schema);
    }

    private List<String> views(String schema) {
        return named("= 'VIEW'", schema);
    }

    private List<String> named(String type, String schema) {
        return query("SELECT HEX(table_name) FROM information_schema.tables WHERE table_type " + type
                        + " AND table_schema = " + literal(schema) + " ORDER BY table_name")
                .stream()
                .map(MariadbDatabase::text)
                .toList();
    }

    private boolean isThere(String schema) {
        return !query("SELECT 1 FROM information_schema.schemata WHERE schema_name = " + literal(schema))
                .isEmpty();
    }

    private List<String> query(String query) {
        return sql(query).lines().toList();
    }

    private String sql(String statements) {
        return programs.read(
                "work on",
                ErrorCode.DATABASE_FAILED,
                client(List.of()),
                PATIENCE + statements + ";\n",
                Optional.empty());
    }

    private void replay(Path script) {
        try {
            String text = Files.readString(script);
            programs.run(
                    "make the views, triggers and routines of",
                    ErrorCode.DATABASE_FAILED,
                    client(List.of(mariadb.schema())),
                    PATIENCE + text);
        } catch (IOException e) {
            throw FileFailure.of("read", script, e);
        }
    }

    private static void keep(Path script, String text) {
        AtomicFiles.createFolders(script.getParent(), AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.write(script, text.getBytes(StandardCharsets.UTF_8), AtomicFiles.PRIVATE);
    }

    private static Path fresh(Place place) {
        return place.notes().resolve("after.sql");
    }

    private static Path before(Place place) {
        return place.notes().resolve("before.sql");
    }

    /** There was no table before the swap. */
    private static Path absent(Place place) {
        return place.notes().resolve("absent");
    }

    private String ahead(Place place) {
        return mariadb.schema() + "_understudy_" + place.number();
    }

    private String previous(Place place) {
        return ahead(place) + "_previous";
    }

    /** What a dump brings may not run a program or read a file, where the client is new enough to keep it from that. */
    private List<String> client(List<String> more) {
        return arguments(
                "mariadb",
                List.of(
                        "--batch",
                        "--skip-column-names",
                        "--loose-sandbox",
                        "--max-allowed-packet=1G",
                        "--default-character-set=utf8mb4"),
                more);
    }

    /** The same rows give the same bytes. */
    private List<String> dumper(List<String> more) {
        return arguments(
                "mariadb-dump",
                List.of("--skip-dump-date", "--max-allowed-packet=1G", "--default-character-set=utf8mb4"),
                more);
    }

    private List<String> arguments(String program, List<String> usual, List<String> more) {
        List<String> all = new ArrayList<>(List.of(Programs.program(mariadb.tools(), program)));
        mariadb.options().ifPresent(file -> all.add("--defaults-extra-file=" + file));
        all.addAll(usual);
        all.addAll(more);
        return all;
    }

    private static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    private static String literal(String name) {
        return "'" + name.replace("'", "''") + "'";
    }

    private static String text(String hex) {
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
    }

    @Override
    public String check() {
        String version = query("SELECT VERSION()").stream().findFirst().orElse("?");
        programs.run(
                "check",
                ErrorCode.DATABASE_FAILED,
                dumper(List.of("--no-data", "--routines", "--triggers", "--events", "--", mariadb.schema())),
                "");
        List<String> engines = query("SELECT DISTINCT engine FROM information_schema.tables WHERE table_schema = "
                + literal(mariadb.schema()) + " AND table_type = 'BASE TABLE' AND engine IS NOT NULL");
        List<String> loose = engines.stream()
                .filter(engine -> List.of("MyISAM", "Aria", "MEMORY", "CSV").contains(engine))
                .toList();
        return "schema " + mariadb.schema() + " of MariaDB " + version + packets()
                + (loose.isEmpty()
                        ? ""
                        : "; tables of " + String.join(", ", loose) + " are read without a transaction");
    }

    private String packets() {
        return query("SELECT @@GLOBAL.max_allowed_packet").stream()
                .map(MariadbVersion::packets)
                .findFirst()
                .orElse("");
    }

    @Override
    public String checkStandby() {
        String version = query("SELECT VERSION()").stream().findFirst().orElse("?");
        MariadbVersion.requireAtomicRename(version);
        String trial = quoted(mariadb.schema() + "_understudy_check");
        sql("DROP DATABASE IF EXISTS " + trial + "; CREATE DATABASE " + trial + "; CREATE TABLE " + trial
                + ".a (b int); RENAME TABLE " + trial + ".a TO " + trial + ".c; DROP DATABASE " + trial);
        return "schemas next to " + mariadb.schema() + " can be made on MariaDB " + version + packets();
    }
}
