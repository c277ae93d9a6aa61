package io.understudy.browse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.repository.SnapshotId;
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
                    assertThat(e.getMessage()).contains("more than 4 paths");
                });
    }
}
