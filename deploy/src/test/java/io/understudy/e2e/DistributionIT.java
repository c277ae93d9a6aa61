package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Rehearsal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The distribution as it is unpacked on a server. */
@Tag("slow")
class DistributionIT {
    private static final Duration LIMIT = Duration.ofSeconds(180);

    @TempDir
    Path folder;

    @Tag("always")
    @Test
    void startsThroughALinkInAnEmptyEnvironment() throws IOException {
        for (Path program :
                List.of(Rehearsal.packaged().primary(), Rehearsal.packaged().replica())) {
            Path link = Files.createSymbolicLink(folder.resolve(program.getFileName()), program);

            Outcome outcome = Program.of(link, "--version")
                    .inEmptyEnvironment()
                    .run(LIMIT)
                    .successful();

            assertThat(outcome.output()).startsWith("Understudy ");
        }
    }

    @Tag("always")
    @Test
    void everyLibraryIsThereInOneVersion() throws IOException {
        try (Stream<Path> libraries =
                Files.list(Rehearsal.packaged().distribution().resolve("lib"))) {
            List<String> names = libraries
                    .map(library -> library.getFileName().toString().replaceAll("-[0-9][^/]*\\.jar$", ""))
                    .toList();
            assertThat(names).doesNotContain("s3proxy", "junit-jupiter");
            // Two libraries of different makers are called so.
            assertThat(names.stream().filter(name -> !name.equals("annotations")))
                    .doesNotHaveDuplicates();
        }
    }

    @Tag("always")
    @Test
    void theArchiveUnpacksIntoOneFolderThatWorks() throws IOException {
        Path archive;
        try (Stream<Path> target =
                Files.list(Rehearsal.packaged().distribution().resolveSibling("."))) {
            archive = target.filter(file -> file.getFileName().toString().matches("understudy-.*\\.tar\\.gz"))
                    .findFirst()
                    .orElseThrow();
        }
        Program.of("tar", "-xzf", archive, "-C", folder).run(LIMIT).successful();
        String name = archive.getFileName().toString().replace(".tar.gz", "");

        for (String entry :
                List.of("bin", "lib", "conf", "docs", "systemd", "prometheus", "README.md", "CHANGELOG.md")) {
            assertThat(folder.resolve(name).resolve(entry)).exists();
        }
        Program.of(folder.resolve(name).resolve("bin/agent-replica"), "--help")
                .run(LIMIT)
                .successful();
    }

    /** Java itself passes over an archive that does not fit, and says nothing of it where the commands' output is. */
    @Test
    void anArchiveOfClassesThatDoesNotFitChangesNothing() throws IOException {
        Path distribution = folder.resolve("understudy");
        Program.of("cp", "-a", Rehearsal.packaged().distribution(), distribution)
                .run(LIMIT)
                .successful();
        Path program = distribution.resolve("bin/agent-primary");
        String version =
                Program.of(program, "--version").run(LIMIT).successful().output();
        Program.of(program, "init", "--help").run(LIMIT).successful();
        for (String change : List.of(
                "true",
                "truncate -s 1000000 $archive",
                "truncate -s 10 $archive",
                "head -c $size /dev/zero >$archive",
                "head -c $size /dev/urandom >$archive",
                "touch lib/*.jar",
                "java -Xshare:dump -XX:SharedArchiveFile=$archive && mv $archive classes/${key%-*}-$(stat -c %s $archive).jsa",
                "rm lib/minio-*.jar",
                "rm -r classes; mkdir -m 555 classes")) {
            Program.of(
                            "sh",
                            "-ec",
                            "cd '" + distribution
                                    + "'; [ -e kept ] || cp -a classes kept; rm -r classes; cp -a kept classes;"
                                    + " archive=$(ls classes/*.jsa); size=$(stat -c %s $archive); key=${archive#classes/}; "
                                    + change)
                    .run(LIMIT)
                    .successful();

            Outcome outcome = Program.of(program, "--version").run(LIMIT).successful();

            assertThat(outcome.output()).as(change).isEqualTo(version);
            assertThat(outcome.errors()).as(change).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"'', false", "verbose, false", "debug, true"})
    void logsAtTheUsualLevelUnlessAnotherIsNamed(String level, boolean debug) throws IOException {
        Path settings = folder.resolve("understudy.yaml");
        Files.writeString(settings, """
                site: example
                state: %1$s/state
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://127.0.0.1:1/site", user: site}
                filestore: {url: "file://%1$s"}
                """.formatted(folder));

        Outcome outcome = Program.of(Rehearsal.packaged().primary(), "-c", settings, "list")
                .with(Map.of("UNDERSTUDY_LOG", level))
                .run(LIMIT);

        assertThat(outcome.exitCode()).isEqualTo(ErrorCode.REPOSITORY_MISSING.exitCode());
        assertThat(outcome.errors().contains(" DEBUG ")).isEqualTo(debug);
    }

    @Tag("always")
    @Test
    void saysWhatToDoWithAWrongCommandLineOrNoConfiguration() {
        Path program = Rehearsal.packaged().primary();

        Outcome misused = Program.of(program, "snapshott").run(LIMIT);
        assertThat(misused.exitCode()).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(misused.errors()).contains("error: ", "hint: ");

        Outcome without = Program.of(program, "-c", "/nowhere/understudy.yaml", "list")
                .with(Map.of("UNDERSTUDY_JAVA_OPTS", "-Xmx64m"))
                .run(LIMIT);
        assertThat(without.exitCode()).isEqualTo(ErrorCode.CONFIG_INVALID.exitCode());
    }
}
