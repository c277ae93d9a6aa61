package io.understudy.browse;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.diff.DiffCommand;
import io.understudy.files.TreeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that read snapshots hold them until the last byte is read, so that retention spares them. */
class HeldReadsTest {
    @TempDir
    private Path folder;

    private BrowsedSite site;

    @BeforeEach
    void build() throws IOException {
        site = new BrowsedSite(
                folder, List.of(LsCommand.class, CatCommand.class, FindCommand.class, DiffCommand.class));
        Files.writeString(site.tree(TreeKind.FILES).resolve("a.txt"), "first");
        site.take();
        Files.writeString(site.tree(TreeKind.FILES).resolve("a.txt"), "second");
        site.take();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ls latest",
                "ls latest files",
                "ls 00000001-00000001 -r",
                "cat 00000001-00000001 files/a.txt",
                "find *.txt",
                "diff 00000001-00000001 00000001-00000002 --files"
            })
    void holdWhatTheyRead(String command) {
        assertThat(site.run(command.split(" "))).as(site.err()).isZero();

        assertThat(site.out()).isNotEmpty();
        assertThat(site.openedUnheld()).isEmpty();
    }

    @Test
    void aReadThatNothingHoldsIsNoticed() {
        site.open(site.list().get(0));
        assertThat(site.openedUnheld()).hasSize(1);
    }
}
