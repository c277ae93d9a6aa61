package io.understudy.primary.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.cli.Bytes;
import io.understudy.cli.Problem;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * The result of {@code agent-primary list}, oldest first:
 *
 * <pre>{@code
 * {"snapshots":[{"snapshot":"00000001-00000003","moment":"2026-11-20T10:00:00.123456Z","periods":["hourly"],
 *  "server":"a.example.net","rows":4711,
 *  "database_bytes":1048576,"entries":120,"file_bytes":52428800,"stored_bytes":31459328,"uploaded_bytes":2048}]}
 * }</pre>
 *
 * A snapshot whose manifest is not accepted has {@code snapshot} and {@code error} alone:
 * {@code {"snapshot":"…","error":{"code":"signer_unknown","message":"…","hint":"…"}}}.
 */
record ListView(List<Row> snapshots) {

    /** @param moment of the data */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Row(
            SnapshotId snapshot,
            Instant moment,
            List<String> periods,
            String server,
            Long rows,
            Long databaseBytes,
            Long entries,
            Long fileBytes,
            Long storedBytes,
            Long uploadedBytes,
            Problem error) {

        static Row of(Manifest manifest) {
            Manifest.Totals totals = manifest.totals();
            return new Row(
                    manifest.snapshot(),
                    manifest.moment(),
                    manifest.periods(),
                    manifest.server(),
                    totals.rows(),
                    totals.databaseBytes(),
                    totals.entries(),
                    totals.fileBytes(),
                    totals.storedBytes(),
                    totals.uploadedBytes(),
                    null);
        }

        static Row unreadable(SnapshotId snapshot, UnderstudyException why) {
            return new Row(snapshot, null, null, null, null, null, null, null, null, null, Problem.of(why));
        }

        String text() {
            return error != null
                    ? snapshot + "  " + error.message()
                    : String.format(
                            Locale.ROOT,
                            "%s  %s  %-16s %12d rows %10s  %9d files %10s  %10s new",
                            snapshot,
                            Moments.text(moment),
                            String.join(",", periods),
                            rows,
                            Bytes.text(databaseBytes),
                            entries,
                            Bytes.text(fileBytes),
                            Bytes.text(uploadedBytes));
        }
    }

    String text() {
        return snapshots.isEmpty()
                ? "no snapshot yet"
                : String.join("\n", snapshots.stream().map(Row::text).toList());
    }
}
