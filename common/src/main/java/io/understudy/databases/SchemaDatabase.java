package io.understudy.databases;

import static io.understudy.databases.SchemaClient.literal;
import static io.understudy.databases.SchemaClient.quoted;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherDatabase.Schema;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FolderDeletion;
import io.understudy.process.Command.Consumer;
import io.understudy.process.Command.Producer;
import io.understudy.process.CommandRunner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A schema of a MariaDB or MySQL server, by the server's own programs. All tables change places in one
 * {@code RENAME TABLE}, which a crash leaves done or not done. What cannot be renamed from schema to schema (views,
 * triggers, routines, events) is kept as a script, dropped before, and made again after it: the site is stopped then.
 * Whether the tables have changed places is seen on the place's own schemas: the one ahead has no table then, and what
 * was live is in the other, or was noted as absent.
 *
 * <p>More than 300 lines, for each step of an exchange is undone by another that stands next to it.
 */
final class SchemaDatabase implements ConfiguredDatabase {
    /** What a dumper writes behind its header first, once its transaction has a snapshot of all tables. */
    private static final List<String> IN_TRANSACTION = List.of(
            "-- Table structure for ",
            "-- Temporary table structure for ",
            "-- Temporary view structure for ",
            "-- Sequence structure for ",
            "-- Dumping ");

    private final OtherDatabase settings;
    private final Schema access;
    private final String live;
    private final SchemaClient client;
    private final SchemaObjects objects;
    private final SchemaRights rights;
    private final SchemaChanges changes;

    SchemaDatabase(OtherDatabase settings, Schema access, CommandRunner runner) {
        this.settings = settings;
        this.access = access;
        this.live = access.name();
        this.client = new SchemaClient(settings, access, runner);
        this.objects = new SchemaObjects(client);
        this.rights = new SchemaRights(client);
        this.changes = new SchemaChanges(client, settings, live);
    }

    @Override
    public OtherDatabase settings() {
        return settings;
    }

    @Override
    public void dump(Consumer to, Runnable fixed) {
        client.version();
        client.programs()
                .dump(
                        client.dumper(List.of(
                                "--single-transaction",
                                "--quick",
                                "--hex-blob",
                                "--no-tablespaces",
                                "--routines",
                                "--triggers",
                                "--events",
                                "--",
                                live)),
                        Optional.of(SchemaClient.DONE),
                        in -> to.consume(new DumpBegin(in, IN_TRANSACTION, fixed)));
    }

    @Override
    public void restore(Place place, Producer dump) {
        client.version();
        if (client.isThere(previous(place))) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FOREIGN,
                    "cannot restore database " + name() + ": the schema " + previous(place) + " is there already",
                    "rename or drop it, if it is of no use");
        }
        requireNoReference();
        String charset = charset();
        client.sql("DROP DATABASE IF EXISTS " + quoted(ahead(place)) + "; CREATE DATABASE " + quoted(ahead(place))
                + charset);
        client.programs().restore(client.client(List.of(ahead(place))), Map.of(), out -> {
            DumpedSchema filter = new DumpedSchema(out);
            dump.produce(filter);
            filter.finish();
        });
        if (client.tables(ahead(place)).isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    "cannot restore database " + name() + ": the dump of " + place.snapshot() + " has no tables",
                    "look at it with agent-replica dump " + place.snapshot() + " --database " + name());
        }
        changes.run(ahead(place));
        keep(definers(place), String.join("\n", rights.definers(ahead(place))));
        keep(fresh(place), objects.script(ahead(place)));
        objects.drop(ahead(place));
        changes.keep(ahead(place));
    }

    /** A foreign key follows its table, so that it would lead to what was live, which is dropped. */
    private void requireNoReference() {
        client.referring(live).stream().findFirst().ifPresent(table -> {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FAILED,
                    "cannot exchange the schema " + live + " of database " + name() + ": a foreign key of " + table
                            + ", in another schema, leads into it, and would stay with the tables that were live",
                    "drop that foreign key on this standby, or have its table in the same schema");
        });
    }

    @Override
    public String changes() {
        return changes.identity() + changes.keys();
    }

    @Override
    public String keptRows() {
        return changes.kept();
    }

    @Override
    public boolean keepAgain(Place place) {
        return changes.keepAgain(ahead(place));
    }

    /** That of the live schema, whose tables without one of their own have it. */
    private String charset() {
        return client
                .query(
                        "SELECT CONCAT(' CHARACTER SET ', default_character_set_name, ' COLLATE ', default_collation_name)"
                                + " FROM information_schema.schemata WHERE schema_name = " + literal(live))
                .stream()
                .findFirst()
                .orElse("");
    }

    @Override
    public void swap(Place place) {
        List<String> coming = client.tables(ahead(place));
        if (coming.isEmpty()) {
            requireDone(place);
        } else {
            client.sql("CREATE DATABASE IF NOT EXISTS " + quoted(live) + "; CREATE DATABASE IF NOT EXISTS "
                    + quoted(previous(place)));
            if (!Files.exists(before(place))) {
                keep(granted(place), rights.script(live));
                keep(before(place), objects.script(live));
            }
            objects.drop(live);
            List<String> going = client.tables(live);
            if (going.isEmpty()) {
                keep(absent(place), "");
            } else {
                AtomicFiles.delete(absent(place));
            }
            List<String> renames = SchemaClient.renames(going, live, previous(place));
            renames.addAll(SchemaClient.renames(coming, ahead(place), live));
            client.rename(renames);
        }
        objects.drop(live);
        objects.make(live, fresh(place));
        rights.give(live, granted(place));
        client.sql("DROP DATABASE IF EXISTS " + quoted(ahead(place)));
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
        return !client.tables(previous(place)).isEmpty()
                || Files.exists(absent(place)) && !client.tables(live).isEmpty();
    }

    @Override
    public void undo(Place place) {
        if (!Files.exists(before(place))) {
            return;
        }
        if (client.tables(ahead(place)).isEmpty() && isDone(place)) {
            objects.drop(live);
            client.sql("CREATE DATABASE IF NOT EXISTS " + quoted(ahead(place)));
            List<String> renames = SchemaClient.renames(client.tables(live), live, ahead(place));
            renames.addAll(SchemaClient.renames(client.tables(previous(place)), previous(place), live));
            client.rename(renames);
        }
        objects.drop(live);
        objects.make(live, before(place));
        rights.give(live, granted(place));
        dropPrevious(place);
        AtomicFiles.delete(absent(place));
        AtomicFiles.delete(before(place));
    }

    private void dropPrevious(Place place) {
        List<String> left = client.tables(previous(place));
        if (!left.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FAILED,
                    "cannot take back the swap of database " + name() + ": the schema " + previous(place)
                            + " still holds " + left.size() + " tables of what was live before, as " + left.get(0),
                    "look at both schemas, and move by hand what is missing in " + live);
        }
        client.sql("DROP DATABASE IF EXISTS " + quoted(previous(place)));
    }

    @Override
    public void drop(Place place) {
        client.sql("DROP DATABASE IF EXISTS " + quoted(ahead(place)) + "; DROP DATABASE IF EXISTS "
                + quoted(previous(place)));
        FolderDeletion.delete(place.notes());
    }

    @Override
    public boolean isThere() {
        return !client.tables(live).isEmpty();
    }

    /** What is restored has its views and routines in a script until it is live. */
    @Override
    public Optional<String> fingerprint(Optional<Place> place) {
        String schema = place.map(this::ahead).orElse(live);
        return new SchemaFingerprint(client)
                .of(
                        schema,
                        () -> place.map(each -> SchemaObjects.text(fresh(each)))
                                .orElseGet(() -> objects.script(schema)));
    }

    @Override
    public List<String> warnings(Optional<Place> place) {
        return rights.missing(
                place.map(each -> SchemaObjects.text(definers(each)).lines().toList())
                        .orElseGet(() -> rights.definers(live)));
    }

    private static void keep(Path script, String text) {
        AtomicFiles.createFolders(script.getParent(), AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.write(script, text.getBytes(StandardCharsets.UTF_8), AtomicFiles.PRIVATE);
    }

    private static Path fresh(Place place) {
        return place.notes().resolve("after.sql");
    }

    /** With whose rights the objects of that script run. */
    private static Path definers(Place place) {
        return place.notes().resolve("definers");
    }

    private static Path before(Place place) {
        return place.notes().resolve("before.sql");
    }

    /** Who might run which routine before the swap. */
    private static Path granted(Place place) {
        return place.notes().resolve("granted");
    }

    /** There was no table before the swap. */
    private static Path absent(Place place) {
        return place.notes().resolve("absent");
    }

    private String ahead(Place place) {
        return live + "_understudy_" + place.number();
    }

    private String previous(Place place) {
        return ahead(place) + "_previous";
    }

    @Override
    public String check() {
        String version = client.version();
        client.programs()
                .run(
                        "check",
                        ErrorCode.DATABASE_FAILED,
                        client.dumper(List.of("--no-data", "--routines", "--triggers", "--events", "--", live)),
                        "");
        List<String> engines = client.query(
                "SELECT DISTINCT engine FROM information_schema.tables WHERE table_schema = " + literal(live)
                        + " AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND engine IS NOT NULL");
        List<String> versioned = client.versioned(live);
        List<String> loose = engines.stream()
                .filter(engine -> List.of("MyISAM", "Aria", "MEMORY", "CSV").contains(engine))
                .toList();
        return "schema " + live + " of " + access.server().product() + " " + version + packets()
                + (loose.isEmpty() ? "" : "; tables of " + String.join(", ", loose) + " are read without a transaction")
                + (versioned.isEmpty()
                        ? ""
                        : "; a dump has no earlier versions of rows, which are kept (SYSTEM VERSIONING) of "
                                + String.join(", ", versioned));
    }

    private String packets() {
        return client.query("SELECT @@GLOBAL.max_allowed_packet").stream()
                .map(ServerVersion::packets)
                .findFirst()
                .orElse("");
    }

    @Override
    public String checkStandby() {
        String version = client.version();
        client.dialect().requireAtomicRename(version);
        requireNoReference();
        changes.identity();
        String trial = live + "_understudy_check";
        client.sql("DROP DATABASE IF EXISTS " + quoted(trial) + "; CREATE DATABASE " + quoted(trial) + "; CREATE TABLE "
                + quoted(trial) + ".a (b int PRIMARY KEY); RENAME TABLE " + quoted(trial) + ".a TO " + quoted(trial)
                + ".c");
        String code = rights.checkCode(trial);
        client.sql("DROP DATABASE " + quoted(trial));
        return "schemas next to " + live + " can be made on " + access.server().product() + " " + version + packets()
                + rights.check(live)
                + code
                + warnings(Optional.empty()).stream()
                        .map(each -> "; an account does not exist on this server: " + each)
                        .collect(Collectors.joining());
    }
}
