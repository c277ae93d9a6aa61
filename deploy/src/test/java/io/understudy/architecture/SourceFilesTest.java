package io.understudy.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the compiler does not check about the sources themselves. */
class SourceFilesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final int LONGEST = 400;
    private static final int EXPLAINED = 300;
    /** Classes of which each case takes long. */
    private static final Set<String> LONG = Set.of(
            "AheadLoadTest",
            "CertificateMakerTest",
            "PartsCliTest",
            "EncryptedRestoreTest",
            "GivenUpChangeTest",
            "IncrementalBaseTest",
            "IncrementalLoadTest",
            "LongRowsTest",
            "OtherServerRoundTripTest",
            "OwnRowsTest",
            "RandomTablesTest",
            "ReadOnlyFilestoreTest",
            "RestoreByHandTest",
            "RestoreRowLocksTest",
            "RestoredNumbersTest",
            "TakenValuesTest",
            "TrackedDaemonTest",
            "TrackedRoundTripTest");

    @Test
    void noShippedFileIsLongerThan400Lines() throws IOException {
        assertThat(sources()
                        .filter(file -> file.toString().contains("/src/main/"))
                        .filter(file -> lines(file).size() > LONGEST))
                .isEmpty();
    }

    @Test
    void aShippedFileOfMoreThan300LinesSaysWhy() throws IOException {
        assertThat(sources()
                        .filter(file -> file.toString().contains("/src/main/"))
                        .filter(file -> lines(file).size() > EXPLAINED)
                        .filter(file -> lines(file).stream().noneMatch(line -> line.contains("More than 300 lines"))))
                .isEmpty();
    }

    @Test
    void nothingIsLeftForLater() throws IOException {
        assertThat(sources()
                        .filter(file -> !file.endsWith("SourceFilesTest.java"))
                        .filter(file ->
                                lines(file).stream().anyMatch(line -> line.matches(".*\\b(TODO|FIXME|XXX)\\b.*"))))
                .isEmpty();
    }

    /** What only {@code deploy/test --all} sees is noticed late. End-to-end tests are chosen by what they cover. */
    @Test
    void eachSlowClassHasACaseThatAlwaysRuns() throws IOException {
        assertThat(sources()
                        .filter(file -> file.toString().endsWith("Test.java")
                                && lines(file).contains("@Tag(\"slow\")"))
                        .filter(file -> lines(file).stream().anyMatch(line -> line.matches("    @\\w*Test\\b.*")))
                        .filter(file -> lines(file).stream().noneMatch(line -> line.contains("@Tag(\"always\")")))
                        .map(file -> file.getFileName().toString().replace(".java", "")))
                .containsExactlyInAnyOrderElementsOf(LONG);
    }

    private static Stream<Path> sources() throws IOException {
        return Stream.of("common", "agent-primary", "agent-replica", "deploy")
                .flatMap(module -> walk(ROOT.resolve(module).resolve("src")))
                .filter(file -> file.toString().endsWith(".java"));
    }

    private static Stream<Path> walk(Path folder) {
        try {
            return Files.walk(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
