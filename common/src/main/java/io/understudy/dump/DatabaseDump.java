package io.understudy.dump;

import io.understudy.browse.SnapshotReader;
import io.understudy.config.Settings;
import io.understudy.dump.DumpRequest.Parts;
import io.understudy.dump.DumpScript.Kind;
import io.understudy.dump.DumpScript.Part;
import io.understudy.dump.DumpScript.Place;
import io.understudy.dump.DumpScript.Watch;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Sql;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseProperties.Extension;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import io.understudy.state.StateEntry;
import io.understudy.time.Moments;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes a snapshot's database as a script for {@code psql}: the schema without indexes, keys and triggers, then rows,
 * large objects and values of sequences, then the rest. So nothing fires or is checked while rows come. What it holds
 * in memory are the names of objects and the keys that go with the deltas of one table; nothing goes to disk.
 */
public final class DatabaseDump {
    private static final int BLOCK = 64 << 10;
    private static final String END = "--\n-- The dump is complete.\n--\n";

    private final Manifest manifest;
    private final DatabaseData database;
    private final BlobSource blobs;
    private final DumpRequest request;
    private final ArchiveScript archive;
    private final Choice choice;
    private final Predicate<ArchiveItem> wanted;
    private final Optional<ErasedFilter> filter;
    private final List<String> erased;

    /**
     * Reads the archive's table of contents.
     *
     * @throws UnderstudyException {@code USAGE} when a table is unknown, {@code TOOL_UNFIT},
     *     {@code FORMAT_UNKNOWN}, those of blobs
     */
    public DatabaseDump(Manifest manifest, BlobSource blobs, PgTools tools, DumpRequest request) {
        this.manifest = manifest;
        this.database = manifest.database();
        this.blobs = blobs;
        this.request = request;
        this.archive = new ArchiveScript(
                tools, tools.forScript(manifest.versions().tools()).restore(), database.archive(), blobs);
        this.choice = Choice.of(request, archive.items(database.properties().encoding()));
        this.wanted = request::takes;
        this.filter = Optional.empty();
        this.erased = List.of();
    }

    private DatabaseDump(
            DatabaseDump other, Predicate<ArchiveItem> wanted, Optional<ErasedFilter> filter, List<String> erased) {
        this.manifest = other.manifest;
        this.database = other.database;
        this.blobs = other.blobs;
        this.request = other.request;
        this.archive = other.archive;
        this.choice = other.choice;
        this.wanted = wanted;
        this.filter = filter;
        this.erased = erased;
    }

    Manifest manifest() {
        return manifest;
    }

    /** Qualified names of the tables whose rows it has. */
    List<String> tables() {
        try (Stream<TableData> tables = database.tables(blobs)) {
            return tables.filter(choice::holds).map(DatabaseDump::qualified).toList();
        }
    }

    /** The extensions that it makes. */
    List<Extension> extensions() {
        Set<String> names = choice.graph().items().stream()
                .filter(item -> item.kind().equals("EXTENSION"))
                .filter(item -> choice.list(item::equals).contains(item.id()))
                .map(ArchiveItem::name)
                .collect(Collectors.toSet());
        return database.properties().extensions().stream()
                .filter(each -> names.contains(each.name()))
                .toList();
    }

    /** The same for a database that has these extensions, and the schemas that they lie in. */
    DatabaseDump without(List<Extension> extensions) {
        Set<String> names = extensions.stream().map(Extension::name).collect(Collectors.toSet());
        Set<String> schemas = extensions.stream().map(Extension::schema).collect(Collectors.toSet());
        return new DatabaseDump(
                this,
                item -> wanted.test(item)
                        && !(item.kind().equals("EXTENSION") && names.contains(item.name()))
                        && !(item.kind().equals("COMMENT") && item.name().startsWith("EXTENSION "))
                        && !(item.kind().equals("SCHEMA") && schemas.contains(item.name())),
                filter,
                erased);
    }

    /** As {@link #DatabaseDump}, with the programs of this server. */
    public static DatabaseDump of(SnapshotReader.Opened snapshot, Settings settings, DumpRequest request) {
        PgTools tools =
                new PgTools(settings.database(), new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state())));
        return new DatabaseDump(snapshot.manifest(), snapshot.blobs(), tools, request);
    }

    /**
     * The same without rows that were erased since the snapshot, and what refers to them. Reads these tables.
     *
     * @param erased of all snapshots
     * @throws UnderstudyException {@code FILE_UNSUPPORTED} where a row is too long, those of blobs
     */
    public DatabaseDump leavingOut(ErasedKeys erased) {
        ErasedKeys here = erased.at(manifest.moment());
        if (here.isEmpty() || request.parts() == Parts.SCHEMA) {
            return this;
        }
        ErasedFilter made = new ErasedFilter(manifest, blobs, choice, here);
        return new DatabaseDump(this, wanted, Optional.of(made), made.leftOut());
    }

    /** What was left out because it was erased, for people: a line for each table. */
    public List<String> erased() {
        return erased;
    }

    /** What belongs to the tables that are asked for and is left out, for it needs others. */
    public List<String> leftOut() {
        return choice.leftOut();
    }

    /**
     * Writes it as a script into a new file, readable by this user alone, that has its name once all is in it. Goes on
     * with what a killed attempt left.
     *
     * @throws UnderstudyException as {@link DumpFile#write}
     */
    public void writeFile(Path file, Progress progress) {
        DumpFile.of(file).write(asked(), script(progress));
    }

    /**
     * As {@link #writeFile}, into a new folder, in pg_dump's directory format.
     *
     * @throws UnderstudyException as {@link DumpFolder#write}
     */
    public void writeTo(Path folder, Progress progress) {
        DirectoryDump dump = directory();
        DumpFolder.of(folder)
                .write(asked(), dump.fingerprint(), to -> dump.write(to, progress), Earlier.OF_ONE_SNAPSHOT);
    }

    private Asked asked() {
        SnapshotId snapshot = manifest.snapshot();
        return new Asked(
                manifest.site(), snapshot, snapshot.toString(), Optional.empty(), request, false, Optional.empty());
    }

    DirectoryDump directory() {
        String content = script(Progress.none()).fingerprint();
        return new DirectoryDump(manifest, blobs, archive, request, choice, new DumpRows(blobs, filter), content);
    }

    /**
     * Writes the files of pg_dump's directory format as a tar archive, as they are made: {@code tar -x} makes the
     * folder of it, and {@code pg_restore -Ft} reads it from a pipe. Large objects are read twice, for their sizes, and
     * so are tables that the snapshot keeps as changes, or from which rows were erased.
     *
     * @throws UncheckedIOException what the stream throws
     * @throws UnderstudyException {@code MANIFEST_DAMAGED}, those of blobs; what is written has no end then
     */
    public void writeTar(OutputStream stream, Progress progress) {
        directory().writeTar(new BufferedOutputStream(stream, BLOCK), progress);
    }

    /**
     * Writes all of it.
     *
     * @param progress receives plain bytes of rows
     * @throws UncheckedIOException what the stream throws
     * @throws UnderstudyException those of blobs and of pg_restore
     */
    public void write(OutputStream stream, Progress progress) {
        DumpOutput out = new DumpOutput(new BufferedOutputStream(stream, BLOCK));
        script(progress).write(out, Place.START, Watch.NONE);
        out.flush();
    }

    /** All of it as a script. @param progress receives plain bytes of rows */
    DumpScript script(Progress progress) {
        return script(Form.FILE, progress);
    }

    /** The same for a database that takes it in one transaction. */
    DumpScript scriptInOneTransaction(Progress progress) {
        return script(Form.TRANSACTION, progress);
    }

    /** The same, which a database is loaded with by more transactions than one. */
    DumpScript scriptInSteps(Progress progress) {
        return script(Form.STEPS, progress);
    }

    private enum Form {
        FILE,
        TRANSACTION,
        STEPS
    }

    private DumpScript script(Form form, Progress progress) {
        ScriptParts archived = new ScriptParts(archive, choice, wanted, request);
        List<Part> parts = new ArrayList<>();
        parts.add(Part.of(Kind.SCHEMA, "schema", out -> {
            out.text(head());
            if (request.parts() != Parts.DATA) {
                archived.section("pre-data", out);
            }
        }));
        if (request.parts() != Parts.SCHEMA) {
            parts.addAll(
                    switch (form) {
                        case FILE -> List.of(archived.data(request.parts()));
                        case TRANSACTION -> List.of(archived.dataInOneTransaction());
                        case STEPS -> archived.dataInParts();
                    });
            parts.addAll(new RowScript(manifest, blobs, choice, new DumpRows(blobs, filter), progress).parts());
            parts.add(Part.of(Kind.VALUES, "values", this::values));
        }
        if (request.parts() != Parts.DATA) {
            parts.addAll(form == Form.STEPS ? archived.restInParts() : List.of(archived.rest()));
        }
        if (form != Form.STEPS) {
            parts.add(Part.of(Kind.END, "end", out -> out.text(END)));
        }
        return new DumpScript(
                parts,
                DumpScript.source(manifest),
                filter.map(ErasedFilter::fingerprint).orElse(""));
    }

    private void values(DumpOutput out) {
        try (Stream<SequenceData> sequences = database.sequences(blobs)) {
            sequences.filter(choice::holds).forEach(each -> out.text(RowScript.value(each)));
        }
        out.text(RowScript.END);
        out.text(request.parts() == Parts.DATA ? "SET session_replication_role = DEFAULT;\n\n" : "\n");
    }

    static String qualified(TableData table) {
        return Sql.qualified(table.schema(), table.name());
    }

    private String head() {
        return """
                --
                -- Database of site %s, snapshot %s of %s, dumped by Understudy.
                -- Load it into an empty database of the encoding %s: psql -v ON_ERROR_STOP=1 -f FILE
                --

                """.formatted(
                        plain(manifest.site()),
                        manifest.snapshot(),
                        Moments.text(manifest.moment()),
                        plain(database.properties().encoding()));
    }

    /** No end of a line that would end the comment. */
    private static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }
}
