package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.postgres.Sql;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.DatabaseWriter;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.StreamReader;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.EveryKindOfObject;
import io.understudy.testing.PostgresServer;
import io.understudy.testing.Programs;
import io.understudy.testing.S3Server;
import io.understudy.testing.TreePrint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No lock-in: the commands that the page prints restore a snapshot without Understudy, on a server that knows nothing
 * of the site, and stop at whatever is damaged.
 */
@Tag("slow")
@Timeout(600)
class RestoreByHandTest {
    @TempDir
    private static Path home;

    private static RecoverySite site;
    private static PostgresServer other;

    private final PageScript page = PageScript.read(Path.of("docs/restore-by-hand.md"));

    @TempDir
    private Path temp;

    private Path repository;
    private Path folder;
    private String database;

    @BeforeAll
    static void takeASnapshot() throws IOException {
        site = RecoverySite.create(home, PostgresServer.shared());
        other = PostgresServer.start(List.of());
    }

    @AfterAll
    static void stop() {
        if (other != null) {
            other.close();
        }
    }

    @BeforeEach
    void copyTheRepository() throws IOException {
        repository = temp.resolve("repository");
        folder = temp.resolve("restored");
        copy(site.repository(), repository);
        database = other.newName("restored by \"hand\"");
    }

    @Test
    void bringsBackTheDatabaseAndEveryTree() throws IOException {
        String output = run(settings()).successful();

        assertThat(output).contains("\"snapshot\": \"" + site.newest().snapshot() + "\"");
        assertWhole(site.newest());
        assertThat(other.psql("postgres", "SELECT rolname FROM pg_roles WHERE rolname ~ '^fixture' ORDER BY 1"))
                .isEqualTo(String.join("\n", EveryKindOfObject.ROLES));
    }

    @Test
    void fetchesFromABucketWhatAnOlderSnapshotNeeds() throws Exception {
        try (S3Server s3 = S3Server.start()) {
            String output = run(inABucket(s3)
                            .with("snapshot", site.older().snapshot())
                            .until("echo \"all blobs are whole\""))
                    .successful();
            assertThat(output).contains("\"snapshot\": \"" + site.older().snapshot() + "\"");
        }
        Files.copy(repository.resolve("understudy.json"), temp.resolve("fetched/understudy.json"));
        Repository fetched = open(temp.resolve("fetched"));
        assertThat(new Verification(1)
                        .verify(fetched, site.older().snapshot(), Progress.none())
                        .snapshot())
                .isEqualTo(site.older().snapshot());
        assertThat(fetched.list()).containsExactly(site.older().snapshot());
        assertThat(temp.resolve("fetched").resolve(repository.relativize(blob(site.tables()))))
                .as("a blob of the newest alone")
                .doesNotExist();
    }

    /** The repository of this test, in a bucket; nothing of it is here. */
    private PageScript inABucket(S3Server s3) throws IOException {
        s3.createBucket("backups");
        copy(repository, s3.folder().resolve("backups/example"));
        return settings()
                .with("repository", temp.resolve("fetched"))
                .with("bucket", "backups")
                .with("endpoint", s3.endpoint())
                .with("access_key", S3Server.ACCESS_KEY)
                .with("secret_key", S3Server.SECRET_KEY);
    }

    /**
     * Only a daemon with change tracking writes deltas; and rows of tables whose names find no place on pg_dump's
     * command line are in the archive. Here is the newest snapshot once more, with a table in deltas, and in the
     * archive a table with a CHECK that reads a listed table, or the one that a listed table's CHECK reads; once from a
     * folder, once from a bucket.
     */
    @ParameterizedTest
    @CsvSource({"aa_checked, false", "zz_look aa_generated, true"})
    void appliesDeltasAndLoadsRowsOfTheArchiveAfterThoseThatTheyNeed(String names, boolean fromABucket)
            throws Exception {
        Repository opened = open(repository);
        List<String> archived = List.of(names.split(" "));
        SnapshotId snapshot = commit(
                opened,
                archive(opened, archived),
                table -> Stream.of(table)
                        .filter(each -> !archived.contains(each.name()))
                        .map(each -> each.name().startsWith("delta's") ? withDeltas(each, opened.blobs()) : each));

        String theDatabase = "echo \"database $database stands\"";
        try (S3Server s3 = S3Server.start()) {
            PageScript untilTheTrees = (fromABucket ? inABucket(s3) : settings()).until(theDatabase);
            assertThat(run(untilTheTrees).successful()).contains("\"snapshot\": \"" + snapshot + "\"");
        }
        assertThat(other.dump(database)).isEqualTo(site.newest().dump());
        assertThat(other.psql(database, "SELECT string_agg(g::text, ',') FROM public.aa_generated"))
                .isEqualTo("5");
    }

    private static Repository open(Path folder) {
        return Repository.open(
                new DirectoryFilestore(folder),
                RecoverySite.SITE,
                TrustedKeys.of(site.signer().publicKey()));
    }

    /** As the primary's, but with the rows of these tables. */
    private static StreamRef archive(Repository opened, List<String> archived) throws IOException {
        Path file = Files.createTempFile("archive", ".dump");
        try {
            List<String> command = new ArrayList<>(
                    List.of(site.server().tools().resolve("pg_dump").toString(), "-Fc", "-Z0", "-f", file.toString()));
            try (Stream<TableData> tables = site.newest().manifest().database().tables(opened.blobs())) {
                tables.filter(table -> !archived.contains(table.name()))
                        .forEach(table ->
                                command.add("--exclude-table-data=" + Sql.qualified(table.schema(), table.name())));
            }
            Programs.run(
                    command,
                    site.server()
                            .environment(
                                    site.database(),
                                    PostgresServer.SUPERUSER,
                                    site.server().password()),
                    "");
            byte[] bytes = Files.readAllBytes(file);
            return StreamRef.of(List.of(opened.blobs().put(bytes, 0, bytes.length)));
        } finally {
            Files.delete(file);
        }
    }

    /** The newest snapshot once more, with other tables. */
    private static SnapshotId commit(
            Repository opened, StreamRef archive, Function<TableData, Stream<TableData>> change) {
        Manifest newest = site.newest().manifest();
        DatabaseData data = newest.database();
        DatabaseWriter lists = new DatabaseWriter(opened.blobs());
        try (Stream<TableData> tables = data.tables(opened.blobs());
                Stream<SequenceData> sequences = data.sequences(opened.blobs())) {
            tables.flatMap(change).forEach(lists::add);
            sequences.forEach(lists::add);
        }
        DatabaseData changed = lists.finish(
                        data.name(), data.properties(), data.schemaHash(), data.diskBytes(), archive)
                .data();
        SnapshotId snapshot = new SnapshotId(1, newest.snapshot().sequence() + 1);
        opened.commit(
                new Manifest(
                        newest.format(),
                        newest.site(),
                        snapshot,
                        newest.periods(),
                        newest.moment(),
                        newest.walLsn(),
                        newest.server(),
                        newest.versions(),
                        List.of(changed),
                        newest.trees(),
                        newest.totals()),
                site.signer());
        return snapshot;
    }

    /**
     * A row too many in the base goes with the first delta, the last two rows come with it, and the last comes a second
     * time with the other.
     */
    private static TableData withDeltas(TableData table, Blobs blobs) {
        byte[] content;
        try (StreamReader in = new StreamReader("rows", table.content().base(), blobs)) {
            content = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> rows = new String(content, StandardCharsets.UTF_8).lines().toList();
        assertThat(rows).hasSize(6);
        String bogus = "99\tgoes\tk\\t1\n";
        StreamRef base = stream(
                blobs,
                String.join("\n", rows.subList(0, 2)) + "\n" + bogus + String.join("\n", rows.subList(2, 4)) + "\n");
        String last = rows.get(5) + "\n";
        TableDelta first = new TableDelta(
                stream(blobs, "k\\t1\t99\n"), stream(blobs, rows.get(4) + "\n" + last.replace("line", "old")));
        TableDelta second = new TableDelta(stream(blobs, "k\\t0\t6\nk\\t0\t4711\n"), stream(blobs, last));
        return new TableData(
                table.schema(),
                table.name(),
                table.columns(),
                table.key(),
                table.rows(),
                table.bytes(),
                null,
                null,
                new TableContent(base, List.of(first, second)));
    }

    private static StreamRef stream(Blobs blobs, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return StreamRef.of(List.of(blobs.put(bytes, 0, bytes.length)));
    }

    /** A bucket lists a thousand at a time. */
    @Test
    void findsTheNewestOfMoreThanABucketListsAtOnce() throws Exception {
        try (S3Server s3 = S3Server.start()) {
            PageScript fetching = inABucket(s3).until("echo \"all blobs are whole\"");
            Path prefix = s3.folder().resolve("backups/example");
            for (int i = 1; i <= 2100; i++) {
                Files.createFile(prefix.resolve("manifests/00000000-%08d.json".formatted(i)));
            }
            String output = run(fetching).successful();
            assertThat(output)
                    .contains("all blobs are whole")
                    .contains("\"snapshot\": \"" + site.newest().snapshot() + "\"");
        }
    }

    /** What an attacker or a bad disk did, and what the page then says. */
    enum Wrong {
        FLIPPED_MANIFEST("is signed by none of"),
        FOREIGN_KEY("is signed by none of"),
        CUT_MANIFEST("is not two lines"),
        RENAMED_MANIFEST("is another snapshot under this name"),
        FLIPPED_ROWS("is damaged or missing"),
        FLIPPED_INDEX("is damaged or missing"),
        FLIPPED_TABLES("is damaged or missing"),
        LOST_REFERENCES("is damaged or missing"),
        OLD_FORMAT("has a format that this page does not know"),
        LOST_PACK("is damaged or missing"),
        CUT_ARCHIVE("is damaged or missing"),
        SWAPPED_BLOBS("is damaged or missing");

        private final String said;

        Wrong(String said) {
            this.said = said;
        }
    }

    @ParameterizedTest
    @EnumSource
    void stopsBeforeAnythingIsRestored(Wrong wrong) throws IOException {
        PageScript settings = settings();
        Path manifest = repository.resolve("manifests/" + site.newest().snapshot() + ".json");
        Path named = switch (wrong) {
            case FLIPPED_MANIFEST -> flipped(manifest);
            case FOREIGN_KEY -> {
                settings = settings.with("keys", site.foreignKey());
                yield manifest;
            }
            case CUT_MANIFEST ->
                Files.write(manifest, List.of(Files.readAllLines(manifest).get(0)));
            case RENAMED_MANIFEST ->
                Files.copy(
                        repository.resolve("manifests/" + site.older().snapshot() + ".json"),
                        repository.resolve("manifests/" + new SnapshotId(9, 9) + ".json"));
            case FLIPPED_ROWS -> flipped(blob(site.rows()));
            case FLIPPED_INDEX -> flipped(blob(site.index()));
            case FLIPPED_TABLES -> flipped(blob(site.tables()));
            case LOST_REFERENCES -> {
                Files.delete(blob(site.references()));
                yield blob(site.references());
            }
            case OLD_FORMAT ->
                Files.write(
                        manifest, SignedLine.sign("{\"format\":1}".getBytes(StandardCharsets.UTF_8), site.signer()));
            case LOST_PACK -> {
                Files.delete(blob(site.pack()));
                yield blob(site.pack());
            }
            case CUT_ARCHIVE -> {
                byte[] all = Files.readAllBytes(blob(site.archive()));
                yield Files.write(blob(site.archive()), java.util.Arrays.copyOf(all, all.length - 1));
            }
            case SWAPPED_BLOBS ->
                Files.copy(blob(site.rows()), blob(site.large()), StandardCopyOption.REPLACE_EXISTING);
        };

        PageScript.Ended ended = run(settings);

        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.errors())
                .contains("STOP: ")
                .contains(wrong.said)
                .contains(repository.relativize(named).toString());
        assertThat(other.psql("postgres", "SELECT datname FROM pg_database")).doesNotContain(database);
        assertThat(folder.resolve("media")).doesNotExist();
    }

    private void assertWhole(RecoverySite.Moment moment) throws IOException {
        assertThat(other.dump(database)).isEqualTo(moment.dump());
        for (String tree : RecoverySite.TREES) {
            assertThat(TreePrint.of(folder.resolve(tree)))
                    .isEqualTo(moment.trees().get(tree));
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(RecoverySite.TREES);
        }
    }

    private PageScript settings() {
        return page.with("site", RecoverySite.SITE)
                .with("repository", repository)
                .with("keys", site.foreignKey() + " " + site.key())
                .with("database", database)
                .with("folder", folder);
    }

    private PageScript.Ended run(PageScript script) throws IOException {
        Map<String, String> environment = other.environment("postgres", PostgresServer.SUPERUSER, other.password());
        return script.with("PGHOST", other.host()).with("PGPORT", other.port()).run(temp, environment, other.tools());
    }

    private Path blob(BlobId id) {
        return repository.resolve("blobs/" + id.hex().substring(0, 2) + "/" + id.hex() + ".zst");
    }

    private static Path flipped(Path object) throws IOException {
        byte[] all = Files.readAllBytes(object);
        all[all.length / 2] ^= 1;
        return Files.write(object, all);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(path));
                Files.createDirectories(target.getParent());
                Files.copy(path, target);
            }
        }
    }
}
