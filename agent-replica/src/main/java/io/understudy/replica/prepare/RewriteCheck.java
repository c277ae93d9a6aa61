package io.understudy.replica.prepare;

import io.understudy.config.Settings;
import io.understudy.replica.rewrite.RewriteReport;
import io.understudy.replica.rewrite.Rewrites;
import io.understudy.replica.stage.RewritePreview;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import io.understudy.setup.CheckReport;

/** What this standby's rules make of a snapshot: a rule that has no effect is a warning. */
final class RewriteCheck {
    private static final String HINT = "correct rewrite; agent-replica rewrite --dry-run shows what the rules do";

    private RewriteCheck() {}

    static void add(CheckReport.Run checks, Manifest manifest, Settings settings, BlobSource blobs) {
        settings.trees().stream()
                .filter(tree -> !tree.applied())
                .forEach(tree -> checks.check(
                        "import of tree " + tree.name(), () -> "left as it is on a standby: apply is never"));
        Rewrites rewrites = Rewrites.of(settings.replica().changes());
        if (rewrites.isEmpty()) {
            return;
        }
        RewriteReport[] report = {RewriteReport.NONE};
        checks.check("rewrite", () -> {
            report[0] = new RewritePreview(settings.trees(), rewrites)
                    .of(manifest, blobs)
                    .report();
            return report[0].files().size() + " files of " + manifest.snapshot() + " are otherwise on this server";
        });
        report[0].unmatched().forEach(each -> checks.warn("rewrite", each, HINT));
    }
}
