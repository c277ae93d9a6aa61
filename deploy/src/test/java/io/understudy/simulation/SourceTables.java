package io.understudy.simulation;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.primary.capture.database.SourceDatabase;
import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.CommitNotice;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseWriter;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.StreamRef;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The live database as a snapshot sees it: all tables of the moment at which the reading began. */
final class SourceTables implements SourceDatabase {
    private static final DatabaseProperties PROPERTIES = new DatabaseProperties(
            "UTF8", "C", "C", "libc", null, null, null, "site", -1, null, List.of(), null, List.of(), List.of());

    private final Server server;
    private final Run run;

    SourceTables(Server server, Run run) {
        this.server = server;
        this.run = run;
    }

    @Override
    public Captured capture(Optional<Before> before, BlobSink sink, Progress progress, Runnable unused) {
        run.step("export a snapshot of the database", "");
        run.trouble.perhaps(ErrorCode.DATABASE_UNREACHABLE, "cannot reach the database");
        DatabaseIdentity live = server.live()
                .orElseThrow(() -> new UnderstudyException(ErrorCode.DATABASE_DENIED, "no database", "create it"));
        Instant moment = server.clock.instant();
        Map<String, String> frozen = new TreeMap<>(server.databases.tables(live));
        StreamRef archive = stream(sink, "archive of " + frozen.keySet());
        DatabaseWriter lists = new DatabaseWriter(sink);
        frozen.forEach((name, rows) -> lists.add(table(name, rows, stream(sink, rows))));
        lists.add(new SequenceData("public", "line_id_seq", frozen.size(), true));
        return new Captured(
                moment,
                "0/1",
                150000,
                "15",
                lists.finish(Server.SITE, PROPERTIES, "ab".repeat(32), 8 << 20, archive),
                CommitNotice.NONE);
    }

    private static TableData table(String name, String rows, StreamRef content) {
        long count = rows.lines().count();
        return new TableData(
                "public",
                name,
                List.of("line"),
                List.of(),
                count,
                content.bytes(),
                null,
                null,
                new TableContent(content));
    }

    private static StreamRef stream(BlobSink sink, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return StreamRef.of(List.of(sink.put(bytes, 0, bytes.length)));
    }
}
