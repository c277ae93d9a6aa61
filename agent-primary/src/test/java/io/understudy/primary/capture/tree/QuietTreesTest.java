package io.understudy.primary.capture.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.primary.capture.tree.SourceTrees.Captured;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tree that nothing touches is only walked. */
class QuietTreesTest extends CapturedTree {
    private final Clock moved = ((InstantSource) () -> Instant.now().plus(this.ahead)).withZone(ZoneOffset.UTC);

    private Duration ahead = Duration.ofMinutes(1);
    private TreeCapture captures;
    private TreeData base;

    @Test
    void readsNeitherIndexNorCacheOfATreeThatIsStill() throws IOException {
        begin();
        damageCaches();
        Captured again = again();
        assertThat(again.tree()).isEqualTo(base);
        assertThat(again.named()).isEmpty();
        assertThat(Files.readString(cache("t.files"))).as("not written either").isEqualTo("damaged");
    }

    @Test
    void comparesEverythingAfterTenMinutes() throws IOException {
        begin();
        damageCaches();
        ahead = Duration.ofMinutes(12);
        assertThat(again().tree()).isEqualTo(base);
        assertThat(Files.readString(cache("t.files"), StandardCharsets.ISO_8859_1))
                .isNotEqualTo("damaged");
    }

    @ParameterizedTest
    @ValueSource(strings = {"content", "mode", "name", "new", "deleted", "folder", "link", "time", "file for folder"})
    void seesEveryChange(String change) throws IOException {
        begin();
        Path a = tree.resolve("a");
        switch (change) {
            case "content" -> {
                FileTime before = Files.getLastModifiedTime(a);
                Files.writeString(a, "HELLO");
                Files.setLastModifiedTime(a, before);
            }
            case "mode" -> Files.setPosixFilePermissions(a, PosixFilePermissions.fromString("rw-------"));
            case "name" -> Files.move(a, tree.resolve("c"));
            case "new" -> Files.writeString(tree.resolve("folder/new"), "new");
            case "deleted" -> Files.delete(a);
            case "folder" -> Files.createDirectory(tree.resolve("folder/inner"));
            case "link" -> {
                Files.delete(tree.resolve("link"));
                Files.createSymbolicLink(tree.resolve("link"), Path.of("b"));
            }
            case "time" -> Files.setLastModifiedTime(a, FileTime.fromMillis(1));
            default -> {
                Files.delete(tree.resolve("folder/b"));
                Files.delete(tree.resolve("folder"));
                Files.writeString(tree.resolve("folder"), "");
            }
        }
        assertThat(again().tree()).isNotEqualTo(base);
    }

    /** A second change within the resolution of the file system's clock could look like the first. */
    @Test
    void whatHadJustChangedIsComparedInFull() throws IOException {
        ahead = Duration.ZERO;
        begin();
        damageCaches();
        assertThat(again().tree()).isEqualTo(base);
        assertThat(Files.readString(cache("t.files"), StandardCharsets.ISO_8859_1))
                .isNotEqualTo("damaged");
    }

    @Test
    void anotherBaseIsNotTheOneThatWasCaptured() throws IOException {
        begin();
        TreeData other =
                new TreeData("t", base.kind(), base.entries(), base.bytes() + 1, base.index(), base.references());
        assertThat(captures.capture(settings(), blobs, Optional.of(other), blobs, Progress.none())
                        .tree())
                .isEqualTo(base);
    }

    private void begin() throws IOException {
        write("a", "hello");
        Files.createDirectory(tree.resolve("folder"));
        write("folder/b", "world");
        Files.createSymbolicLink(tree.resolve("link"), Path.of("a"));
        captures = new TreeCapture(temp.resolve("state"), moved);
        base = captures.capture(settings(), blobs, Optional.empty(), blobs, Progress.none())
                .tree();
    }

    private Captured again() {
        return captures.capture(settings(), blobs, Optional.of(base), blobs, Progress.none());
    }

    private void damageCaches() throws IOException {
        Files.writeString(cache("t.files"), "damaged");
        Files.writeString(cache("t.index"), "damaged");
    }

    private Path cache(String name) {
        return temp.resolve("state/capture").resolve(name);
    }
}
