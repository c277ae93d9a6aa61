package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How {@code bin/agent-primary} and {@code bin/agent-replica} start Java: here a script that prints its arguments. */
class LauncherTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String[] UNWARNED = {
        "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"
    };

    @TempDir
    private Path folder;

    private Path home;
    private Path agent;

    @BeforeEach
    void install() throws IOException {
        home = folder.resolve("a java");
        Files.createDirectories(home.resolve("bin"));
        script(home.resolve("bin/java"), "printf '%s\\n' \"$@\"");
        agent = Files.createDirectories(folder.resolve("opt/bin")).resolve("agent-primary");
        Files.copy(Path.of("bin/agent"), agent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"24", "25.0.1", "26-ea", "30.0.2"})
    void aJavaThatWarnsIsToldNotTo(String version) throws IOException {
        assertThat(arguments("JAVA_VERSION=\"" + version + "\"\n")).contains(UNWARNED);
    }

    /** One that does not know the options would not start. */
    @ParameterizedTest
    @ValueSource(strings = {"17", "17.0.2", "21.0.13.1", "23.0.2"})
    void anOlderOneGetsNoOptionThatItMayNotKnow(String version) throws IOException {
        assertThat(arguments("IMPLEMENTOR=\"24\"\nJAVA_VERSION=\"" + version + "\"\n"))
                .doesNotContain(UNWARNED)
                .contains("-Xmx224m");
    }

    /** An unknown diagnostic option would stop it. */
    @ParameterizedTest
    @CsvSource({"17.0.15, true", "21, true", "25.0.3, true", "16.0.2, false", "26-ea, false", "170, false"})
    void classesStayWhereTheyWereArchivedInReleasesThatAreKnown(String version, boolean known) throws IOException {
        String[] unmoved = {"-XX:+UnlockDiagnosticVMOptions", "-XX:ArchiveRelocationMode=0"};
        List<String> arguments = List.of(arguments("JAVA_VERSION=\"" + version + "\"\n"));
        assertThat(arguments.containsAll(List.of(unmoved))).isEqualTo(known);
        assertThat(arguments.contains(unmoved[1])).isEqualTo(known);
    }

    @Test
    void aJavaThatDoesNotSayItsVersionIsStarted() throws IOException {
        assertThat(run().output()).contains("-Xmx224m").doesNotContain(UNWARNED);
        assertThat(arguments("JAVA_VERSION=unknown\n")).doesNotContain(UNWARNED);
    }

    /** Else the reasons of failed calls would be in another language, and not understood. */
    @Test
    void theLanguageOfWhoStartsItIsNotTheAgents() throws IOException {
        script(home.resolve("bin/java"), "echo \"$LC_ALL ${LANGUAGE-none}\"");
        assertThat(Program.of(agent, "--version")
                        .with(Map.of("JAVA_HOME", home.toString(), "LANGUAGE", "de", "LC_ALL", "de_DE.UTF-8"))
                        .run(LIMIT)
                        .successful()
                        .output())
                .isEqualTo("C.UTF-8 none\n");
    }

    /** What works for seconds and longer needs it. */
    @ParameterizedTest
    @CsvSource({"promote, true", "status, true", "run, false", "snapshot, false", "verify, false"})
    void aCommandThatIsSoonOverDoesWithoutTheOptimizingCompiler(String command, boolean quick) {
        assertThat(run("-c", "/etc/understudy.yaml", command).output().contains("-XX:TieredStopAtLevel=1"))
                .isEqualTo(quick);
    }

    /** It may quote the agent's memory. */
    @ParameterizedTest
    @CsvSource({"rwx------, true", "rwxr-x---, false", "rwxr-xr-x, false"})
    void whatACrashLeavesIsWhereNoOtherUserReads(String mode, boolean kept) throws IOException {
        Path state = Files.createDirectory(folder.resolve("state"));
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString(mode));
        String[] arguments = Program.of(agent, "--version")
                .with(Map.of("JAVA_HOME", home.toString(), "STATE_DIRECTORY", state.toString()))
                .run(LIMIT)
                .successful()
                .output()
                .split("\n");
        assertThat(arguments)
                .contains(
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:ErrorFile=" + (kept ? state.resolve("hs_err_%p.log") : "/dev/null"))
                .doesNotContain("-XX:+HeapDumpOnOutOfMemoryError");
    }

    /** As {@code /usr/bin/java} is a link to a link on Debian. */
    @Test
    void theVersionIsThatOfTheLinksTarget() throws IOException {
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25\"\n");
        Path programs = Files.createDirectory(folder.resolve("programs"));
        Files.createSymbolicLink(folder.resolve("alternative"), home.resolve("bin/java"));
        Files.createSymbolicLink(programs.resolve("java"), folder.resolve("alternative"));

        Outcome outcome = Program.of("env", "-u", "JAVA_HOME", agent, "--version")
                .with(Map.of("PATH", programs + ":/usr/bin:/bin"))
                .run(LIMIT)
                .successful();

        assertThat(outcome.output().lines()).contains(UNWARNED);
    }

    /** A Java that makes archives too, and counts the times; it uses the one that it is given. */
    private void installJavaWithArchives(String made) throws IOException {
        script(home.resolve("bin/java"), """
                case " $* " in
                *" -Xshare:dump "*)
                    echo once >>"%s"
                    for each; do
                        case $each in
                        -XX:SharedArchiveFile=*) %s >"${each#*=}" ;;
                        -XX:SharedClassListFile=*) cat "${each#*=}" >"%s" ;;
                        esac
                    done ;;
                *) printf '%%s\\n' "$@" ;;
                esac""".formatted(folder.resolve("times"), made, folder.resolve("list")));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"17\"\n");
        Files.writeString(Files.createDirectories(home.resolve("lib")).resolve("classlist"), "java/lang/Object\n");
        Files.writeString(Files.createDirectories(folder.resolve("opt/lib")).resolve("agents.classes"), "own/Agent\n");
    }

    private Path archive() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("opt/classes"))) {
            return files.reduce((one, two) -> {
                        throw new AssertionError(one + " and " + two);
                    })
                    .orElseThrow();
        }
    }

    private long times() throws IOException {
        Path times = folder.resolve("times");
        return Files.exists(times) ? Files.readAllLines(times).size() : 0;
    }

    private Optional<String> shared(String... arguments) {
        return run(arguments)
                .output()
                .lines()
                .filter(line -> line.startsWith("-XX:SharedArchiveFile="))
                .findFirst();
    }

    @Test
    void theFirstCommandThatWorksForSecondsMakesTheArchiveOfClassesForAll() throws IOException {
        installJavaWithArchives("echo classes");
        assertThat(shared("status")).isEmpty();
        assertThat(times()).isZero();

        assertThat(shared("-c", "a file", "init")).contains("-XX:SharedArchiveFile=" + archive());
        assertThat(folder.resolve("list")).hasContent("java/lang/Object\nown/Agent");

        assertThat(shared("status")).contains("-XX:SharedArchiveFile=" + archive());
        assertThat(shared("run")).contains("-XX:SharedArchiveFile=" + archive());
        assertThat(times()).isEqualTo(1);
    }

    @Test
    void anotherReleaseOfJavaAndOtherLibrariesMakeItAgain() throws IOException {
        installJavaWithArchives("echo classes");
        run("init");
        Path first = archive();

        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"21\"\n");
        assertThat(shared("status")).isEmpty();
        run("init");
        assertThat(archive()).isNotEqualTo(first);

        Files.setLastModifiedTime(archive(), FileTime.from(Instant.now().minusSeconds(3600)));
        run("run");
        assertThat(times()).isEqualTo(3);
    }

    @Test
    void aJavaThatMakesNoneIsAskedOnce() throws IOException {
        installJavaWithArchives("exit 1; echo");
        assertThat(shared("init")).isEmpty();
        assertThat(shared("init")).isEmpty();
        assertThat(times()).isEqualTo(1);
        assertThat(archive()).isEmptyFile();
    }

    @Test
    void aFolderThatCanNotBeMadeCostsOnlyTime() throws IOException {
        installJavaWithArchives("echo classes");
        Files.writeString(folder.resolve("opt/classes"), "a file");
        assertThat(shared("init")).isEmpty();
        assertThat(times()).isZero();
    }

    @Test
    void twoThatMakeItAtTheSameTimeLeaveOne() throws IOException, InterruptedException {
        installJavaWithArchives("sleep 0.2; echo classes");
        List<Running> both = List.of(
                program("init").start(folder.resolve("one.log")),
                program("init").start(folder.resolve("two.log")));
        for (Running each : both) {
            Deadline.await("the launcher ends", LIMIT, () -> !each.alive());
            assertThat(each.logText()).contains("-XX:SharedArchiveFile=");
        }
        assertThat(archive()).hasContent("classes");
    }

    /** It is code: what another user may have put there is not run. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "chmod g+w ARCHIVE",
                "chmod o+w ARCHIVE",
                "chmod g+w FOLDER",
                "chmod o+w FOLDER",
                "chown 12345 ARCHIVE",
                "chown 12345 FOLDER",
                "mv ARCHIVE ARCHIVE~; ln -s ARCHIVE~ ARCHIVE",
                "mv FOLDER FOLDER~; ln -s FOLDER~ FOLDER",
                "truncate -s 3 ARCHIVE"
            })
    void anArchiveThatIsNotSurelyTheOwnersIsNotUsed(String command) throws IOException {
        installJavaWithArchives("echo classes");
        run("init");
        assumeTrue(!command.contains("chown") || System.getProperty("user.name").equals("root"));
        assertThat(shared("status")).isPresent();

        Program.of(
                        "sh",
                        "-c",
                        command.replace("ARCHIVE", "\"" + archive() + "\"")
                                .replace("FOLDER", "\"" + folder.resolve("opt/classes") + "\"")
                                .replace("\"~", "~\""))
                .run(LIMIT)
                .successful();

        assertThat(shared("status")).isEmpty();
    }

    @Test
    void onlyTheOwnerOfTheInstallationMakesIt() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can give files away");
        installJavaWithArchives("echo classes");
        Program.of("chown", "12345", folder.resolve("opt/lib")).run(LIMIT).successful();
        assertThat(shared("init")).isEmpty();
        assertThat(times()).isZero();
    }

    /** A system without Java; apt knows the packages that are named. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "ID=debian               | openjdk-17-jre-headless                       | run apt install openjdk-17-jre-headless",
                "ID=debian               | openjdk-21-jre-headless                       | run apt install openjdk-21-jre-headless",
                "ID=ubuntu;ID_LIKE=debian | openjdk-17-jre-headless openjdk-21-jre-headless | run apt install openjdk-21-jre-headless",
                "ID=mint;ID_LIKE='ubuntu debian' |                                        | run apt install default-jre-headless",
                "ID=fedora               |                                               | run dnf install java-latest-openjdk-headless",
                "ID=rocky;ID_LIKE='rhel centos fedora' |                                  | run dnf install java-21-openjdk-headless",
                "ID=opensuse-leap;ID_LIKE='suse opensuse' |                               | run zypper install java-21-openjdk-headless",
                "NAME=other              |                                               | install a Java runtime of version 17 or later"
            })
    void withoutJavaTheHintNamesThePackageOfThisSystem(String release, String packages, String hint)
            throws IOException {
        Path system = Files.createDirectory(folder.resolve("system"));
        Files.writeString(system.resolve("os-release"), release.replace(';', '\n'));
        Path programs = Files.createDirectory(system.resolve("programs"));
        for (String program : List.of("dirname", "readlink")) {
            Files.createSymbolicLink(programs.resolve(program), Path.of("/usr/bin", program));
        }
        script(programs.resolve("apt-cache"), "case ' " + packages + " ' in *\" $3 \"*) ;; *) exit 100 ;; esac");
        Files.writeString(
                agent,
                Files.readString(agent)
                        .replace("/etc/os-release", system + "/os-release")
                        .replace("/usr/", system + "/usr/")
                        .replace(":/bin ", " "));

        Outcome outcome = Program.of(agent, "--version")
                .inEmptyEnvironment()
                .with(Map.of("PATH", programs.toString()))
                .run(LIMIT);

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.errors().lines())
                .containsExactly(
                        "error: no Java found, and version 17 or later is needed",
                        "hint: " + hint + ", or set JAVA_HOME");
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String[] arguments(String release) throws IOException {
        Files.writeString(home.resolve("release"), release);
        return run().output().lines().toArray(String[]::new);
    }

    private Program program(String... arguments) {
        return Program.of(agent, (Object[]) arguments).with(Map.of("JAVA_HOME", home.toString()));
    }

    private Outcome run(String... arguments) {
        Outcome outcome = program(arguments).run(LIMIT).successful();
        assertThat(outcome.errors()).isEmpty();
        return outcome;
    }

    private Outcome run() {
        return run("--version");
    }
}
