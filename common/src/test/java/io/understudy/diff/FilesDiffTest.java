package io.understudy.diff;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.browse.BrowsedSite;
import io.understudy.failure.ErrorCode;
import io.understudy.files.TreeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code diff A B --files}; rows of tables are compared in {@code DiffTest}. */
class FilesDiffTest {
    private static final String FIRST = "00000001-00000001";
    private static final String SECOND = "00000001-00000002";

    @TempDir
    private Path folder;

    @Test
    void listsPathsThatDiffer() throws IOException {
        BrowsedSite site = new BrowsedSite(folder, List.of(DiffCommand.class));
        Path tree = site.tree(TreeKind.FILES);
        for (String name : List.of("gone", "same", "content", "mode", "type")) {
            Files.writeString(tree.resolve(name), name);
        }
        Files.createSymbolicLink(tree.resolve("link"), Path.of("same"));
        site.take();
        Files.delete(tree.resolve("gone"));
        Files.writeString(tree.resolve("came"), "x");
        Files.writeString(tree.resolve("content"), "changed");
        Files.setPosixFilePermissions(tree.resolve("mode"), PosixFilePermissions.fromString("rwx------"));
        Files.delete(tree.resolve("type"));
        Files.createDirectory(tree.resolve("type"));
        Files.delete(tree.resolve("link"));
        Files.createSymbolicLink(tree.resolve("link"), Path.of("mode"));
        site.take();

        assertThat(site.run("diff", FIRST, SECOND, "--files")).as(site::err).isZero();
        assertThat(site.out().lines())
                .containsExactly(
                        "+ files/came",
                        "M files/content",
                        "- files/gone",
                        "M files/link",
                        "U files/mode",
                        "M files/type");
        assertThat(site.run("diff", FIRST, SECOND, "--files", "--json")).isZero();
        assertThat(new ObjectMapper().readTree(site.out()).path("paths").toString())
                .contains("{\"change\":\"+\",\"path\":\"files/came\"}");
        assertThat(site.run("diff", FIRST, FIRST, "--files")).isZero();
        assertThat(site.out()).isEmpty();
        assertThat(site.run("diff", FIRST, SECOND, "--files", "--rows", "t")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("exclude each other");
    }
}
