package io.understudy.roundtrip;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Events;
import io.understudy.files.TreeKind;
import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.postgres.Database;
import io.understudy.postgres.PgTools;
import io.understudy.primary.capture.ProcessorShare;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.SnapshotSource;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.capture.database.DatabaseCapture;
import io.understudy.primary.capture.tree.TreeCapture;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.site.Marker;
import io.understudy.testing.EveryKindOfObject;
import io.understudy.testing.PostgresServer;
import io.understudy.testing.RandomTree;
import io.understudy.testing.TreePrint;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A site of everything that is hard to copy, with two snapshots in a folder: a database with every kind of object and
 * odd settings and grants of its own, trees with every kind of name, a large file.
 */
record RecoverySite(Path home, Moment older, Moment newest, Repository opened, PostgresServer server, String database) {
    static final String SITE = "example";
    static final List<String> TREES = List.of("media", "config");

    static RecoverySite create(Path home, PostgresServer server) throws IOException {
        return create(home, server, Sealing.NONE);
    }

    /** @param sealing of an encrypted repository; its key is not in it yet */
    static RecoverySite create(Path home, PostgresServer server, Sealing sealing) throws IOException {
        String database = EveryKindOfObject.create(server);
        server.psql(database, """
                ALTER DATABASE :"DBNAME" SET search_path = "$user", 'a b', public;
                ALTER DATABASE :"DBNAME" SET default_transaction_read_only = on;
                ALTER DATABASE :"DBNAME" SET my.setting = 'it''s \\ "odd"';
                ALTER DATABASE :"DBNAME" CONNECTION LIMIT 7;
                COMMENT ON DATABASE :"DBNAME" IS 'it''s mine';
                SET default_transaction_read_only = off;
                GRANT CREATE ON DATABASE :"DBNAME" TO fixture_writer WITH GRANT OPTION;
                SET ROLE fixture_writer;
                GRANT CREATE ON DATABASE :"DBNAME" TO fixture_owner WITH GRANT OPTION;
                SET ROLE fixture_owner;
                GRANT CREATE ON DATABASE :"DBNAME" TO "fixture ""odd"" reader's";
                RESET ROLE;
                CREATE TYPE shade AS ENUM ('a', 'b', 'c', 'd', 'e');
                CREATE TABLE hashed (s shade, n int) PARTITION BY HASH (s);
                CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 1, REMAINDER 0);
                CREATE TABLE "delta's ""odd"" table" (a int, v text, "key 2" text, PRIMARY KEY ("key 2", a));
                INSERT INTO "delta's ""odd"" table" SELECT g, E'line\\n\\t' || g, E'k\\t' || g % 2 FROM generate_series(1, 6) g;
                CREATE TABLE public.zz_look (k int, v int);
                INSERT INTO public.zz_look SELECT g, g * 5 FROM generate_series(1, 20) g;
                CREATE FUNCTION public.look(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN (SELECT v FROM public.zz_look WHERE k = $1); END$$;
                CREATE FUNCTION public.known(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
                    AS $$BEGIN IF public.look($1) IS NULL THEN RAISE 'unknown %', $1; END IF; RETURN true; END$$;
                CREATE TABLE public.aa_checked (id int CHECK (public.known(id)));
                INSERT INTO public.aa_checked VALUES (1), (2);
                CREATE TABLE public.ab_checked (id int CHECK (public.known(id)));
                INSERT INTO public.ab_checked VALUES (3);
                CREATE TABLE public.ac_generated (id int, g int GENERATED ALWAYS AS (public.look(id)) STORED);
                INSERT INTO public.ac_generated VALUES (1);
                CREATE FUNCTION public.generated(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN (SELECT g FROM public.ac_generated WHERE id = $1); END$$;
                CREATE TABLE public.aa_generated (id int, g int GENERATED ALWAYS AS (public.generated(id)) STORED);
                INSERT INTO public.aa_generated VALUES (1);
                INSERT INTO hashed SELECT (enum_range(NULL::shade))[1 + g % 5], g FROM generate_series(1, 40) g;
                """);
        for (String tree : TREES) {
            new RandomTree(Files.createDirectory(home.resolve(tree)), tree.hashCode()).grow(90);
        }
        byte[] large = new byte[3_000_000];
        new Random(1).nextBytes(large);
        Files.write(home.resolve("media/large\n"), large);
        SigningKey key = SigningKey.generate(home.resolve("signing.pem"));
        SigningKey.generate(home.resolve("foreign.pem"));
        Repository repository = Repository.create(
                new DirectoryFilestore(Files.createDirectory(home.resolve("repository"))),
                UUID.randomUUID(),
                SITE,
                TrustedKeys.of(key.publicKey()),
                Clock.systemUTC(),
                sealing);
        EpochStore epochs = new EpochStore(home.resolve("state"));
        EpochClaim first = new EpochClaim(
                Optional.of(repository.id()), 1, "a", Clock.systemUTC().instant(), "init", "nonce");
        repository.epochs().claim(first, key);
        epochs.hold(first);
        SnapshotTaker taker = new SnapshotTaker(
                home.resolve("state"),
                new Marker(home.resolve("BACKUP")),
                epochs,
                () -> repository,
                () -> key,
                source(home, server, database),
                Events.none());
        Moment older = moment(home, taker, server, database);
        new RandomTree(home.resolve("media"), 5).mutate(20);
        if (sealing.isOn()) {
            writeForPacks(home.resolve("media"));
        }
        server.psql(database, "SET default_transaction_read_only = off; INSERT INTO hashed VALUES ('a', 41);");
        return new RecoverySite(home, older, moment(home, taker, server, database), repository, server, database);
    }

    /** So many small files that one goes on in another pack, and a large one that is cut. */
    private static void writeForPacks(Path tree) throws IOException {
        Random random = new Random(2);
        for (int i = 0; i < 19; i++) {
            byte[] small = new byte[990_000];
            random.nextBytes(small);
            Files.write(tree.resolve("small it's " + i), small);
        }
        byte[] huge = new byte[36_000_000];
        random.nextBytes(huge);
        Files.write(tree.resolve("huge"), huge);
    }

    /**
     * What a snapshot must bring back.
     *
     * @param dump of the database, as {@link PostgresServer#dump} gives it
     * @param trees as {@link TreePrint} gives them, by their names
     */
    record Moment(Manifest manifest, String dump, Map<String, List<String>> trees) {
        SnapshotId snapshot() {
            return manifest.snapshot();
        }
    }

    private static Moment moment(Path home, SnapshotTaker taker, PostgresServer server, String database) {
        Manifest manifest = taker.take(SnapshotRequest.of(List.of("manual")), Progress.none())
                .manifest();
        Map<String, List<String>> trees =
                TREES.stream().collect(Collectors.toMap(tree -> tree, tree -> TreePrint.of(home.resolve(tree))));
        return new Moment(manifest, server.dump(database), trees);
    }

    private static SnapshotSource source(Path home, PostgresServer server, String name) {
        Path state = home.resolve("state");
        DatabaseCapture database = new DatabaseCapture(
                new Database(server.settings(name)),
                new PgTools(server.settings(name), new SystemCommandRunner(state)),
                Ticker.system(),
                Optional.empty());
        List<TreeSettings> trees = TREES.stream()
                .map(tree -> new TreeSettings(tree, TreeKind.FILES, home.resolve(tree), List.of()))
                .toList();
        return new SnapshotSource(
                "a",
                "test",
                database,
                new TreeCapture(state, Clock.systemUTC())::capture,
                trees,
                ProcessorShare.all(Ticker.system()),
                Clock.systemUTC(),
                Ticker.system());
    }

    Path repository() {
        return home.resolve("repository");
    }

    Path key() {
        return home.resolve("signing.pub.pem");
    }

    SigningKey signer() {
        return SigningKey.load(home.resolve("signing.pem"));
    }

    /** Of somebody else. */
    Path foreignKey() {
        return home.resolve("foreign.pub.pem");
    }

    BlobId rows() {
        try (Stream<TableData> tables = newest.manifest().database().tables(opened.blobs())) {
            return tables.filter(table -> table.rows() > 0)
                    .findFirst()
                    .orElseThrow()
                    .content()
                    .base()
                    .direct()
                    .get(0)
                    .id();
        }
    }

    BlobId tables() {
        return newest.manifest().database().tables().direct().get(0).id();
    }

    BlobId references() {
        return newest.manifest().trees().get(0).references().direct().get(0).id();
    }

    BlobId archive() {
        return newest.manifest().database().archive().direct().get(0).id();
    }

    BlobId index() {
        return newest.manifest().trees().get(0).index().direct().get(0).id();
    }

    BlobId pack() {
        return content(FileContent.Packed.class::isInstance)
                .map(content -> ((FileContent.Packed) content).pack().id())
                .findFirst()
                .orElseThrow();
    }

    BlobId large() {
        return content(content -> content instanceof FileContent.Streamed streamed
                        && !streamed.stream().direct().isEmpty())
                .map(content -> ((FileContent.Streamed) content)
                        .stream().direct().get(0).id())
                .findFirst()
                .orElseThrow();
    }

    boolean hasContent(Predicate<FileContent> wanted) {
        return content(wanted).findFirst().isPresent();
    }

    private Stream<FileContent> content(Predicate<FileContent> wanted) {
        return TreeIndex.read(newest.manifest().trees().get(0).index(), opened.blobs())
                .flatMap(entry -> entry.content().stream())
                .filter(wanted);
    }
}
