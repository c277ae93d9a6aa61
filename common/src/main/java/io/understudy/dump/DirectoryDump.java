package io.understudy.dump;

import io.understudy.dump.ArchiveItem.Section;
import io.understudy.dump.DumpRequest.Parts;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Sql;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.Named;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A snapshot's database in pg_dump's directory format, which pg_restore reads, in parallel too; as a tar archive of
 * these files also in that of its tar format, from a pipe. The files are not compressed. What this holds in memory are
 * names of objects, and of large objects the numbers and sizes.
 */
final class DirectoryDump {
    static final String CONTENTS = "toc.dat";
    /** Another number where this version writes other bytes of the same snapshot than the one before. */
    private static final String FORM = " directory 1";

    /** What pg_dump writes behind rows. */
    private static final String END_OF_ROWS = "\\.\n\n\n";

    private static final int ONE_LIST_OF_OBJECTS = 15;

    private final Manifest manifest;
    private final DatabaseData database;
    private final BlobSource blobs;
    private final ArchiveScript archive;
    private final DumpRequest request;
    private final Choice choice;
    private final RowScript.Source source;
    private final String content;
    private final Map<String, ArchiveItem> tables = new HashMap<>();
    private final Map<String, ArchiveItem> sequences = new HashMap<>();

    /**
     * @param source of the rows of tables
     * @param content stands for the snapshot, and for what of it is asked for and left out
     */
    DirectoryDump(
            Manifest manifest,
            BlobSource blobs,
            ArchiveScript archive,
            DumpRequest request,
            Choice choice,
            RowScript.Source source,
            String content) {
        this.source = source;
        this.content = content;
        this.manifest = manifest;
        this.database = manifest.database();
        this.blobs = blobs;
        this.archive = archive;
        this.request = request;
        this.choice = choice;
        for (ArchiveItem item : choice.graph().items()) {
            if (item.kind().equals("TABLE")) {
                tables.put(Sql.qualified(item.schema(), item.name()), item);
            } else if (item.kind().equals("SEQUENCE")) {
                sequences.put(Sql.qualified(item.schema(), item.name()), item);
            }
        }
    }

    /** Writes all files, each once: the table of contents first, then content in the order in which it names it. */
    void write(DumpMembers members, Progress progress) throws IOException {
        Contents contents = new Contents();
        members.add(CONTENTS, () -> CountedBytes.of(contents), contents);
        new ArchivedFiles(archive, database.properties().encoding(), contents.stored).write(members);
        if (request.parts() != Parts.SCHEMA) {
            rows(members, contents.files, progress);
        }
    }

    /** Equal for two that write the same files. */
    String fingerprint() {
        return content + FORM;
    }

    /** The same as a tar archive. @param out buffered */
    void writeTar(OutputStream out, Progress progress) {
        try {
            TarMembers members = new TarMembers(out, manifest.moment());
            write(members, progress);
            members.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The table of contents. To write it says which files there are. */
    private final class Contents implements DumpMembers.Content {
        private final Set<Integer> kept = new HashSet<>(choice.list(request::takes));
        /** Of what the archive holds, by the number of the entry. */
        private final Map<Integer, String> stored = new HashMap<>();
        /** Of rows that are kept apart, by the table's name. */
        private final Map<String, String> files = new HashMap<>();

        @Override
        public void write(OutputStream out, long from) throws IOException {
            try (InputStream in = archive.open()) {
                ArchiveStream entries =
                        ArchiveStream.open(in, database.properties().encoding());
                write(entries, new BytesBehind(out, from));
            }
        }

        @Override
        public void pass() throws IOException {
            write(OutputStream.nullOutputStream(), 0);
        }

        private void write(ArchiveStream entries, OutputStream out) throws IOException {
            int most = choice.graph().ids().stream()
                    .mapToInt(Integer::intValue)
                    .max()
                    .orElse(0);
            long ours = request.parts() == Parts.SCHEMA ? 0 : count(tables()) + count(sequences());
            long theirs = choice.graph().items().stream()
                    .filter(item -> isKept(item, kept))
                    .count();
            DirectoryContents contents = new DirectoryContents(
                    out, entries, database.properties().encoding(), Math.toIntExact(ours + theirs), most + 1);
            boolean added = request.parts() == Parts.SCHEMA;
            while (entries.hasNext()) {
                ArchiveItem item = entries.next();
                if (!added && item.section() == Section.POST_DATA) {
                    add(contents);
                    added = true;
                }
                if (isKept(item, kept)) {
                    String file = entries.filled() ? file(item, entries.minor()) : "";
                    contents.entry(entries.raw(), file);
                    if (!file.isEmpty()) {
                        stored.put(item.id(), file);
                    }
                }
            }
            if (!added) {
                add(contents);
            }
        }

        private void add(DirectoryContents contents) throws IOException {
            Map<String, String> roots = choice.graph().roots();
            try (Stream<TableData> all = tables()) {
                for (Iterator<TableData> each = all.iterator(); each.hasNext(); ) {
                    TableData table = each.next();
                    String name = qualified(table);
                    files.put(name, contents.rows(table, item(tables, name), roots.getOrDefault(name, name)));
                }
            }
            try (Stream<SequenceData> all = sequences()) {
                for (Iterator<SequenceData> each = all.iterator(); each.hasNext(); ) {
                    SequenceData sequence = each.next();
                    contents.value(item(sequences, qualified(sequence)), RowScript.value(sequence) + "\n\n");
                }
            }
        }
    }

    private static boolean isKept(ArchiveItem item, Set<Integer> kept) {
        return item.isOfReading() || kept.contains(item.id());
    }

    private static String file(ArchiveItem item, int minor) {
        if (!item.kind().equals("BLOBS")) {
            return item.id() + ".dat";
        }
        return minor <= ONE_LIST_OF_OBJECTS ? "blobs.toc" : "blobs_" + item.id() + ".toc";
    }

    private static ArchiveItem item(Map<String, ArchiveItem> items, String name) {
        ArchiveItem item = items.get(name);
        if (item == null) {
            throw new UnderstudyException(
                    ErrorCode.MANIFEST_DAMAGED,
                    "cannot write a dump: the snapshot's archive does not name " + name + ", which its lists do",
                    "write it as a script: dump without --format");
        }
        return item;
    }

    private Stream<TableData> tables() {
        return database.tables(blobs).filter(choice::holds);
    }

    private Stream<SequenceData> sequences() {
        return database.sequences(blobs).filter(choice::holds);
    }

    private static long count(Stream<?> all) {
        try (all) {
            return all.count();
        }
    }

    private static String qualified(Named named) {
        return Sql.qualified(named.schema(), named.name());
    }

    private void rows(DumpMembers members, Map<String, String> files, Progress progress) throws IOException {
        long before = 0;
        try (Stream<TableData> all = tables()) {
            for (Iterator<TableData> each = all.iterator(); each.hasNext(); ) {
                TableData table = each.next();
                Rows content = new Rows(table, before, progress);
                members.add(files.get(qualified(table)), content::size, content);
                before += table.bytes();
                progress.report("dump", before, manifest.totals().databaseBytes());
            }
        }
    }

    /** The rows of a table. @param before bytes of the tables before it */
    private final class Rows implements DumpMembers.Content {
        private final TableData table;
        private final long before;
        private final Progress progress;

        Rows(TableData table, long before, Progress progress) {
            this.table = table;
            this.before = before;
            this.progress = progress;
        }

        long size() {
            OptionalLong known = source.bytes(table);
            return known.isPresent()
                    ? known.getAsLong() + END_OF_ROWS.length()
                    : CountedBytes.of(new Rows(table, before, Progress.none()));
        }

        @Override
        public void write(OutputStream out, long from) throws IOException {
            long total = manifest.totals().databaseBytes();
            DumpOutput rest = new DumpOutput(out);
            try (InputStream rows = source.rows(table)) {
                rows.skipNBytes(from);
                rest.all(rows, count -> progress.report("dump", Math.min(total, before + from + count), total));
            }
            rest.text(END_OF_ROWS);
        }
    }
}
