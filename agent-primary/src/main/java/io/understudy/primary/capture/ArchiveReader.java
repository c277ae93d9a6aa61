package io.understudy.primary.capture;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Toolset;
import io.understudy.process.CommandResult;
import io.understudy.repository.BlobSink;
import io.understudy.repository.StreamRef;
import io.understudy.repository.StreamWriter;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Streams pg_dump's archive into blobs. The table of contents stands at its beginning, so a pg_restore that is given the same stream writes the
 * schema as SQL, to be hashed, and stops reading before the data.
 */
final class ArchiveReader {
    /** Far more than any dump takes: a hung server is noticed by its connection. */
    private static final Duration LIMIT = Duration.ofDays(7);

    private static final int BUFFER = 64 << 10;

    private final PgTools tools;
    private final Toolset programs;
    private final String database;

    ArchiveReader(PgTools tools, Toolset programs, String database) {
        this.tools = tools;
        this.programs = programs;
        this.database = database;
    }

    /** @param schemaHash as {@link SchemaHash} gives it */
    record Archive(StreamRef stream, String schemaHash) {}

    /**
     * Runs pg_dump to its end; the blobs are durable on return. Interrupting the thread ends the programs.
     *
     * @throws UnderstudyException {@code DUMP_FAILED}, {@code DATABASE_BUSY}, {@code MISSING_PRIVILEGE}, {@code TOOL_UNFIT}, {@code CANCELLED}
     */
    Archive read(List<String> arguments, BlobSink sink) {
        Pipe copy = new Pipe();
        CompletableFuture<String> hash = new CompletableFuture<>();
        Thread hashing = new Thread(() -> complete(hash, copy), "capture-schema");
        hashing.setDaemon(true);
        hashing.start();
        try {
            StreamRef stream = dump(arguments, sink, copy);
            return new Archive(stream, hash.join());
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } finally {
            end(hashing);
        }
    }

    private StreamRef dump(List<String> arguments, BlobSink sink, Pipe copy) {
        try (StreamWriter writer = StreamWriter.plain(sink)) {
            CommandResult result = tools.run(
                    programs.dump(),
                    database,
                    arguments,
                    LIMIT,
                    command -> command.into(out -> tee(out, writer, copy)));
            if (!result.ok()) {
                throw DumpFailure.of(result);
            }
            return writer.finish();
        } finally {
            copy.end();
        }
    }

    private static void tee(InputStream archive, StreamWriter writer, Pipe copy) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int length = archive.read(buffer); length >= 0; length = archive.read(buffer)) {
            writer.write(buffer, 0, length);
            copy.write(buffer, 0, length);
        }
        copy.end();
    }

    private void complete(CompletableFuture<String> hash, Pipe archive) {
        try {
            hash.complete(hash(archive));
        } catch (RuntimeException | Error e) {
            hash.completeExceptionally(e);
        } finally {
            archive.abandon();
        }
    }

    private String hash(Pipe archive) {
        AtomicReference<String> hash = new AtomicReference<>();
        CommandResult result = tools.filter(
                programs.restore(),
                List.of("--schema-only", "--file=-"),
                LIMIT,
                command -> command.feeding(archive::drainTo).into(sql -> hash.set(SchemaHash.of(sql))));
        if (!result.ok()) {
            throw new UnderstudyException(
                    ErrorCode.DUMP_FAILED,
                    "cannot read the schema in pg_dump's archive: " + DumpFailure.lastLines(result.errors()),
                    "check that pg_restore in " + programs.folder() + " is of pg_dump's version");
        }
        return hash.get();
    }

    /** After a failure of pg_dump the hash is of no use any more. */
    private static void end(Thread hashing) {
        hashing.interrupt();
        boolean interrupted = false;
        while (hashing.isAlive()) {
            try {
                hashing.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
