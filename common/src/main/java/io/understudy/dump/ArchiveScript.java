package io.understudy.dump;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.PgTools;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamReader;
import io.understudy.repository.blob.StreamRef;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Makes statements of a snapshot's archive by pg_restore, which reads the archive as it comes from the repository and
 * stops reading where it has what it needs.
 */
final class ArchiveScript {
    /** Far more than any dump takes: a program that hangs is ended. */
    private static final Duration LIMIT = Duration.ofDays(7);

    private static final Set<String> TRANSACTION = Set.of("BEGIN;", "COMMIT;");

    private static final String WHAT = "the archive of the database";

    private final PgTools tools;
    private final Path program;
    /** Read again for each part of a script: it is kept where it takes no more bytes than this. */
    private static final long SMALL = 4 << 20;

    private final StreamRef archive;
    private final BlobSource blobs;
    private byte[] kept;

    ArchiveScript(PgTools tools, Path program, StreamRef archive, BlobSource blobs) {
        this.tools = tools;
        this.program = program;
        this.archive = archive;
        this.blobs = blobs;
    }

    /** Its table of contents. */
    List<ArchiveItem> items(String encoding) {
        try (InputStream in = open()) {
            return ArchiveStream.items(in, encoding);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From its beginning. */
    synchronized InputStream open() {
        if (archive.bytes() > SMALL) {
            return new StreamReader(WHAT, archive, blobs);
        }
        if (kept == null) {
            try (InputStream in = new StreamReader(WHAT, archive, blobs)) {
                kept = in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new ByteArrayInputStream(kept);
    }

    /**
     * Writes the statements for some entries.
     *
     * @param options which section
     * @param ids of the entries; with none nothing is written
     * @throws UnderstudyException {@code LOAD_FAILED}, those of blobs, {@code CANCELLED}
     */
    void write(List<String> options, List<Integer> ids, DumpOutput out) {
        write(options, ids, out::all);
    }

    /**
     * The same for the content of large objects alone, whose statements have one line each: without the transactions
     * that pg_restore puts around them, which would end the one that the script is run in.
     */
    void writeObjects(List<String> options, List<Integer> ids, DumpOutput out) {
        write(options, ids, source -> {
            BufferedReader lines = new BufferedReader(new InputStreamReader(source, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.text(TRANSACTION.contains(line) ? "" : line + "\n");
            }
        });
    }

    private void write(List<String> options, List<Integer> ids, Command.Consumer out) {
        if (ids.isEmpty()) {
            return;
        }
        Path list = list(ids);
        try {
            List<String> arguments = new ArrayList<>(List.of("--file=-", "--use-list=" + list));
            arguments.addAll(options);
            CommandResult result = tools.runOffline(
                    program,
                    arguments,
                    LIMIT,
                    command -> command.fedBy(this::feed).into(out));
            if (!result.ok()) {
                throw new UnderstudyException(
                        ErrorCode.LOAD_FAILED,
                        "cannot read " + WHAT + " with " + program + ": "
                                + result.errors().strip(),
                        "run verify; if it finds no fault, check that this program is PostgreSQL's own");
            }
        } finally {
            delete(list);
        }
    }

    private void feed(OutputStream input) throws IOException {
        try (InputStream in = open()) {
            in.transferTo(input);
        }
    }

    /** Numbers alone, so it says nothing of the database. pg_restore takes such a list only as a file. */
    private static Path list(List<Integer> ids) {
        try {
            Path list = Files.createTempFile("understudy-dump-", ".list");
            Files.write(list, ids.stream().map(id -> id + ";").toList());
            return list;
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED,
                    "cannot write a list for pg_restore into the folder for temporary files: " + e.getMessage(),
                    "make room there, or name another folder with UNDERSTUDY_JAVA_OPTS=-Djava.io.tmpdir=FOLDER",
                    e);
        }
    }

    private static void delete(Path list) {
        try {
            Files.deleteIfExists(list);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
