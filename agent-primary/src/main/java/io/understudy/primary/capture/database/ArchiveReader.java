package io.understudy.primary.capture.database;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Toolset;
import io.understudy.process.CommandResult;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** Runs pg_dump in the frozen snapshot. Interrupting the thread ends the program. Thread-safe. */
final class ArchiveReader {
    /** Far more than any dump takes: a server that is gone is noticed by its connection. */
    private static final Duration LIMIT = Duration.ofDays(7);

    private final PgTools tools;
    private final Toolset programs;
    private final String database;

    ArchiveReader(PgTools tools, Toolset programs, String database) {
        this.tools = tools;
        this.programs = programs;
        this.database = database;
    }

    /**
     * An archive in blobs.
     *
     * @param stream with all its blobs
     * @param schemaHash see {@link ArchiveHead}
     */
    record Archive(StreamRef stream, String schemaHash) {}

    /**
     * Streams the archive into blobs.
     *
     * @throws UnderstudyException {@code DUMP_FAILED}, {@code DATABASE_BUSY}, {@code MISSING_PRIVILEGE},
     *     {@code TOOL_UNFIT}, {@code CANCELLED}
     */
    Archive archive(ArchiveArguments arguments, BlobSink sink) {
        try (StreamWriter writer = StreamWriter.plain(sink)) {
            AtomicReference<String> hash = new AtomicReference<>("");
            CommandResult result = tools.run(
                    programs.dump(),
                    database,
                    arguments.arguments(),
                    LIMIT,
                    command -> command.into(archive -> hash.set(ArchiveHead.copy(archive, writer))));
            if (!result.ok()) {
                throw DumpFailure.of(result);
            }
            if (hash.get().isEmpty()) {
                throw new UnderstudyException(
                        ErrorCode.DUMP_FAILED,
                        "cannot dump the schema: the archive of " + programs.dump()
                                + " is truncated in its table of contents",
                        "try again; if it fails again, check that this program is PostgreSQL's own and not a wrapper");
            }
            return new Archive(writer.finish(), hash.get());
        }
    }
}
