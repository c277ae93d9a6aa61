package io.understudy.primary.command;

import io.understudy.cli.Bytes;
import io.understudy.cli.Problem;
import io.understudy.primary.retention.Decision;
import io.understudy.primary.retention.Pruned;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The result of {@code agent-primary prune}, oldest snapshot first:
 *
 * <pre>{@code
 * {"dry_run":false,"kept":9,"deleted":2,"blobs":17,"bytes":2097152,"locked":0,"unlocked":null,"error":null,
 *  "snapshots":[{"snapshot":"00000001-00000003","moment":"2026-11-20T10:00:00.123456Z","periods":["daily"],
 *  "kept":true,"reasons":["daily 3 of 7","newest proven by standby-1"]}]}
 * }</pre>
 *
 * {@code blobs} and {@code bytes}, as stored, are the content that was deleted: that of snapshots deleted earlier too,
 * and only what is older than {@code retention.grace}. Of a dry run all of it is what would be, and {@code error} why
 * nothing would be. {@code locked} is how many blobs more are old enough and no longer needed, but locked in the store,
 * and {@code unlocked} when the first of them can go.
 */
record PruneView(
        boolean dryRun,
        long kept,
        long deleted,
        long blobs,
        long bytes,
        long locked,
        Instant unlocked,
        Problem error,
        List<Decision> snapshots) {
    static PruneView of(Pruned pruned) {
        return new PruneView(
                pruned.dryRun(),
                pruned.kept(),
                pruned.deleted(),
                pruned.swept().blobs(),
                pruned.swept().bytes(),
                pruned.swept().locked(),
                pruned.swept().unlocked().orElse(null),
                pruned.refused().map(Problem::of).orElse(null),
                pruned.decisions());
    }

    String text() {
        return Stream.concat(snapshots.stream().map(PruneView::line), Stream.of(summary()))
                .collect(Collectors.joining("\n"));
    }

    private static String line(Decision row) {
        return String.format(
                Locale.ROOT,
                "%s  %-20s  %-16s %s",
                row.snapshot(),
                row.moment().map(Moments::text).orElse("?"),
                String.join(",", row.periods()),
                row.text());
    }

    private String summary() {
        if (error != null) {
            return "nothing" + (dryRun ? " would be" : " more is") + " deleted: " + error.message() + "\nhint: "
                    + error.hint();
        }
        String would = dryRun ? " would be" : "";
        return kept + " snapshots" + would + " kept, " + deleted + " deleted; content" + would + " deleted: " + blobs
                + " blobs, " + Bytes.text(bytes) + whatIsLocked();
    }

    private String whatIsLocked() {
        return locked == 0 ? "" : "; " + locked + " blobs are locked, the first until " + Moments.text(unlocked);
    }
}
