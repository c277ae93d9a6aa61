package io.understudy.primary.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.cli.Bytes;
import io.understudy.cli.Problem;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.Manifest;
import io.understudy.repository.Outline;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.ArrayList;
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

        static Row of(Outline outline) {
            Manifest.Totals totals = outline.totals();
            return new Row(
                    outline.snapshot(),
                    outline.moment(),
                    outline.periods(),
                    outline.server(),
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

        private boolean isContinuous() {
            return periods != null && periods.equals(List.of(Manifest.CONTINUOUS));
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

    /** All of them. */
    String text() {
        return snapshots.isEmpty()
                ? "no snapshot yet"
                : String.join("\n", snapshots.stream().map(Row::text).toList());
    }

    /** Continuous snapshots in a row as one line, but for the newest snapshot of all. */
    String shortText() {
        List<String> lines = new ArrayList<>();
        List<Row> passed = new ArrayList<>();
        for (Row row : snapshots) {
            if (row.isContinuous() && row != snapshots.get(snapshots.size() - 1)) {
                passed.add(row);
            } else {
                lines.addAll(inOne(passed));
                passed.clear();
                lines.add(row.text());
            }
        }
        return lines.isEmpty() ? "no snapshot yet" : String.join("\n", lines);
    }

    private static List<String> inOne(List<Row> continuous) {
        if (continuous.size() < 2) {
            return continuous.stream().map(Row::text).toList();
        }
        Row last = continuous.get(continuous.size() - 1);
        return List.of(String.format(
                Locale.ROOT,
                "%s  %s  %d continuous snapshots up to %s, %s; --all shows them",
                continuous.get(0).snapshot(),
                Moments.text(continuous.get(0).moment()),
                continuous.size(),
                last.snapshot(),
                Moments.text(last.moment())));
    }
}
