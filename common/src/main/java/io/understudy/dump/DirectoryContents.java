package io.understudy.dump;

import io.understudy.postgres.ServerEncoding;
import io.understudy.postgres.Sql;
import io.understudy.repository.DatabaseData.TableData;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.util.stream.Collectors;

/**
 * Writes the table of contents of pg_dump's directory format: entries of an archive, and entries for what the archive
 * lacks because it is kept apart: rows and values of sequences. Not thread-safe.
 *
 * <p>Source: {@code WriteHead} and {@code WriteToc} of PostgreSQL's {@code pg_backup_archiver.c}, and
 * {@code pg_backup_directory.c}.
 */
final class DirectoryContents {
    private static final int PLACE_OF_FORMAT = 10;
    /** The number of a tar archive: a directory's table of contents is that of one. */
    private static final byte DIRECTORY = 3;

    private static final int KIND_OF_RELATION = 16;
    private static final int SECTION_OF_DATA = 3;

    private final OutputStream out;
    private final Charset charset;
    private final int minor;
    private int nextId;

    /** @param nextId a number above those of all entries of the archive */
    DirectoryContents(OutputStream out, ArchiveStream archive, String encoding, int entries, int nextId)
            throws IOException {
        this.out = out;
        this.charset = ServerEncoding.charset(encoding);
        this.minor = archive.minor();
        this.nextId = nextId;
        byte[] head = archive.head();
        head[PLACE_OF_FORMAT] = DIRECTORY;
        out.write(head);
        number(entries);
    }

    /** The entry that the archive gave last. @param file with its content; empty: none */
    void entry(byte[] raw, String file) throws IOException {
        out.write(raw);
        text(file);
    }

    /**
     * An entry for rows.
     *
     * @param item the table's
     * @param target that the rows are loaded into: the table, or the one that it is a partition of
     * @return the name of the file with its rows
     */
    String rows(TableData table, ArchiveItem item, String target) throws IOException {
        String columns = table.columns().stream().map(Sql::identifier).collect(Collectors.joining(", "));
        boolean byRoot = !target.equals(Sql.qualified(table.schema(), table.name()));
        String definition = byRoot ? "-- load via partition root " + target : "";
        int id = nextId++;
        String file = id + ".dat";
        data(id, "TABLE DATA", item, definition, "COPY " + target + " (" + columns + ") FROM stdin;\n", file);
        return file;
    }

    /** An entry for the value of a sequence. @param item the sequence's */
    void value(ArchiveItem item, String statement) throws IOException {
        data(nextId++, "SEQUENCE SET", item, statement, "", "");
    }

    private void data(int id, String kind, ArchiveItem of, String definition, String copy, String file)
            throws IOException {
        number(id);
        number(file.isEmpty() ? 0 : 1);
        text("0");
        text("0");
        text(of.name());
        text(kind);
        number(SECTION_OF_DATA);
        text(definition);
        text("");
        text(copy);
        text(of.schema());
        none();
        none();
        if (minor >= KIND_OF_RELATION) {
            number(0);
        }
        text(of.owner());
        text("false");
        text(Integer.toString(of.id()));
        none();
        text(file);
    }

    /** No text, which is another thing than an empty one. */
    private void none() throws IOException {
        number(-1);
    }

    private void text(String text) throws IOException {
        byte[] bytes = text.getBytes(charset);
        number(bytes.length);
        out.write(bytes);
    }

    private void number(int value) throws IOException {
        int left = Math.abs(value);
        out.write(value < 0 ? 1 : 0);
        for (int i = 0; i < Integer.BYTES; i++) {
            out.write(left & 0xff);
            left >>>= Byte.SIZE;
        }
    }
}
