package io.understudy.replica.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Attributes;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.replica.state.PlanSet;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.TreeSnapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A tree that is staged next to its target. */
abstract class StagedTree {
    static final SnapshotId ID = new SnapshotId(1, 1);

    static final Attributes ATTRIBUTES = new Attributes(0755, Instant.ofEpochSecond(1_000), "root", "root");

    @TempDir
    Path temp;

    final MemoryBlobs blobs = new MemoryBlobs();

    Path live;

    Path source;

    @BeforeEach
    void makeFolders() throws IOException {
        live = Files.createDirectory(temp.resolve("live"));
        source = Files.createDirectory(temp.resolve("source"));
    }

    static void fails(ErrorCode code, ThrowingCallable work) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    static IndexEntry root() {
        return IndexEntry.of(new TreeEntry.Folder(SafePath.ROOT, ATTRIBUTES));
    }

    static IndexEntry folder(String path) {
        return IndexEntry.of(new TreeEntry.Folder(SafePath.of(path), ATTRIBUTES));
    }

    TreeData take() throws IOException {
        return TreeSnapshots.take("t", TreeKind.FILES, source, blobs);
    }

    PlanSet prepare(TreeData data) {
        return stager().prepare(manifest(data), blobs, Progress.none());
    }

    TreeStager stager() {
        return Stages.in(temp.resolve("state"), settings(TreeKind.FILES), Clock.systemUTC());
    }

    List<TreeSettings> settings(TreeKind kind) {
        return List.of(new TreeSettings("t", kind, live, List.of(), false, true, true));
    }

    static Manifest manifest(TreeData data) {
        return manifest(data, ID);
    }

    static Manifest manifest(TreeData data, SnapshotId id) {
        return Manifests.with(Manifests.sample(id), List.of(data));
    }
}
