package io.understudy.replica.hold;

import io.understudy.config.HoldSettings;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;

/** Compares two snapshots by what their manifests and lists say. Changes nothing, and asks the mirror alone. */
final class Comparison {
    private final HoldSettings settings;
    private final BlobSource blobs;

    Comparison(HoldSettings settings, BlobSource blobs) {
        this.settings = settings;
        this.blobs = blobs;
    }

    /** @throws io.understudy.failure.UnderstudyException {@code MANIFEST_DAMAGED}, {@code BLOB_*} */
    HoldFindings of(Manifest before, Manifest now) {
        HoldFindings findings = new HoldFindings();
        new TableNumbers(settings, blobs, findings).compare(before, now);
        new TreeNumbers(settings, blobs, findings).compare(before, now);
        new ClosureNumbers(settings, findings).compare(before, now);
        return findings;
    }
}
