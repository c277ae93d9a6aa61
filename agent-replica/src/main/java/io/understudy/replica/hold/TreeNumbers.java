package io.understudy.replica.hold;

import io.understudy.config.HoldSettings;
import io.understudy.repository.Manifest;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import java.util.Optional;

/**
 * Compares the trees of two snapshots: how many entries and bytes there are, how many files changed, and whether those
 * look encrypted. Reads the indexes only where files are compared, and of those what differs; content of a sample, and
 * only where most files changed.
 */
final class TreeNumbers {
    private final HoldSettings settings;
    private final BlobSource blobs;
    private final HoldFindings findings;

    TreeNumbers(HoldSettings settings, BlobSource blobs, HoldFindings findings) {
        this.settings = settings;
        this.blobs = blobs;
        this.findings = findings;
    }

    /** @throws io.understudy.failure.UnderstudyException {@code MANIFEST_DAMAGED}, {@code BLOB_*} */
    void compare(Manifest before, Manifest now) {
        numbers(
                "all trees",
                before.totals().entries(),
                now.totals().entries(),
                before.totals().fileBytes(),
                now.totals().fileBytes());
        long files = 0;
        long changed = 0;
        for (TreeData older : before.trees()) {
            Optional<TreeData> newer = now.trees().stream()
                    .filter(each -> each.name().equals(older.name()))
                    .findFirst();
            numbers(
                    "tree " + older.name(),
                    older.entries(),
                    newer.map(TreeData::entries).orElse(0L),
                    older.bytes(),
                    newer.map(TreeData::bytes).orElse(0L));
            files += older.entries();
            changed += newer.filter(each -> settings.looksAtFiles())
                    .map(each -> files(older, each))
                    .orElse(0L);
        }
        changed("all trees", files, changed);
    }

    private void numbers(String subject, long entries, long entriesNow, long bytes, long bytesNow) {
        Drop.of("files_drop", settings.drops().files(), settings.minFiles())
                .check(subject, "files and folders", entries, entriesNow)
                .ifPresent(findings::add);
        Drop.of("bytes_drop", settings.drops().bytes(), settings.minBytes())
                .check(subject, "bytes", bytes, bytesNow)
                .ifPresent(findings::add);
    }

    /** @return how many changed or are gone */
    private long files(TreeData older, TreeData newer) {
        if (older.index().equals(newer.index()) || older.entries() < settings.minFiles()) {
            return 0;
        }
        FileChanges changes = FileChanges.between(older, newer, blobs, new ChangedSample());
        changed("tree " + older.name(), older.entries(), changes.changed() + changes.gone());
        if (settings.encrypted()) {
            EncryptedSign.of(changes, older, blobs).ifPresent(findings::add);
        }
        return changes.changed() + changes.gone();
    }

    private void changed(String subject, long files, long changed) {
        settings.changed()
                .filter(limit -> files >= settings.minFiles() && Drop.isBeyond(changed, files, limit))
                .ifPresent(limit -> findings.add(HoldFinding.changed(subject, files, changed, limit)));
    }
}
