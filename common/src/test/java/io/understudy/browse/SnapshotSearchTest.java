package io.understudy.browse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotSearchTest {
    @TempDir
    Path folder;

    @Test
    void readsWhatSnapshotsShareOnce() throws IOException {
        BrowsedSite site = new BrowsedSite(folder, List.of());
        Files.writeString(site.tree(TreeKind.FILES).resolve("a"), "a");
        AtomicLong read = new AtomicLong();
        SnapshotSearch search = new SnapshotSearch(SnapshotGlob.of("a"), 10, read::set);
        search.look(site.open(site.take()));
        long first = read.get();
        search.look(site.open(site.take()));
        assertThat(read.get()).isEqualTo(first).isPositive();
        assertThat(search.found().next().versions())
                .singleElement()
                .extracting(FoundPath.Version::last)
                .isEqualTo(new SnapshotId(1, 2));
    }

    /** The index of a later tree of it is gone: what was found in an earlier one is not shown either. */
    @Test
    void ofASnapshotThatCannotBeReadToItsEndNothingIsFound() throws IOException {
        BrowsedSite site = new BrowsedSite(folder, List.of());
        Files.writeString(site.tree(TreeKind.FILES).resolve("a"), "a");
        SnapshotReader.Opened first = site.open(site.take());
        Files.writeString(site.tree(TreeKind.FILES).resolve("a"), "b");
        Files.writeString(site.tree(TreeKind.SECRETS).resolve("a"), "b");
        SnapshotReader.Opened second = site.open(site.take());
        TreeData secrets = second.manifest().trees().get(2);
        assertThat(secrets.kind()).isEqualTo(TreeKind.SECRETS);
        secrets.index()
                .blobs(second.blobs())
                .forEachRemaining(blob -> site.blobs().remove(blob.id()));
        Files.writeString(site.tree(TreeKind.FILES).resolve("a"), "a");
        Files.delete(site.tree(TreeKind.SECRETS).resolve("a"));
        SnapshotReader.Opened third = site.open(site.take());

        SnapshotSearch search = new SnapshotSearch(SnapshotGlob.of("a"), 10, read -> {});
        search.look(first);
        assertThatThrownBy(() -> search.look(second))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BLOB_MISSING));
        search.look(third);
        assertThat(search.found())
                .toIterable()
                .singleElement()
                .satisfies(path -> assertThat(path.versions()).singleElement().satisfies(version -> {
                    assertThat(version.first()).isEqualTo(new SnapshotId(1, 1));
                    assertThat(version.last()).isEqualTo(new SnapshotId(1, 3));
                    assertThat(version.snapshots()).isEqualTo(2);
                }));
    }

    @Test
    void refusesToHoldTooMuch() throws IOException {
        BrowsedSite site = new BrowsedSite(folder, List.of());
        for (int i = 0; i < 4; i++) {
            Files.writeString(site.tree(TreeKind.FILES).resolve("f" + i), "a");
        }
        SnapshotReader.Opened opened = site.open(site.take());
        new SnapshotSearch(SnapshotGlob.of("f*"), 5, read -> {}).look(opened);
        assertThatThrownBy(() -> new SnapshotSearch(SnapshotGlob.of("f*"), 4, read -> {}).look(opened))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
                    assertThat(e.getMessage()).contains("more than 4 versions of paths");
                });
    }

    @Test
    void refusesToHoldTooManyVersionsOfFewPaths() throws IOException {
        BrowsedSite site = new BrowsedSite(folder, List.of());
        SnapshotSearch search = new SnapshotSearch(SnapshotGlob.of("a"), 3, read -> {});
        for (int i = 0; i < 3; i++) {
            Files.writeString(site.tree(TreeKind.FILES).resolve("a"), "version " + i);
            search.look(site.open(site.take()));
        }
        search.look(site.open(site.take()));
        Files.writeString(site.tree(TreeKind.FILES).resolve("a"), "version 4");
        SnapshotReader.Opened fourth = site.open(site.take());
        assertThatThrownBy(() -> search.look(fourth)).hasMessageContaining("more than 3 versions of paths");
    }
}
