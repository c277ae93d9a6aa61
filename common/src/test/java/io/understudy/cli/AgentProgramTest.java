package io.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

class AgentProgramTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Command(name = "agent-test")
    static final class Sample extends AgentProgram {
        Sample(Terminal terminal) {
            super(terminal);
        }

        @Override
        protected List<Class<?>> commands() {
            return List.of(Show.class, Fail.class, Break.class, Forge.class, Ask.class, Configured.class, Each.class);
        }
    }

    record Result(String snapshotId, Instant takenAt, Optional<String> nothing, double seconds) {}

    @Command(name = "show")
    static final class Show implements Runnable {
        @ParentCommand
        Sample agent;

        @Override
        public void run() {
            Instant when = Instant.parse("2026-11-20T10:00:00Z");
            agent.print(new Result("00000001-00000002", when, Optional.empty(), 1.5), () -> "as text\n");
        }
    }

    @Command(name = "fail")
    static final class Fail implements Runnable {
        @Override
        public void run() {
            throw new UnderstudyException(ErrorCode.FENCED, "cannot commit: \"b\" holds epoch 2", "rejoin it");
        }
    }

    @Command(name = "break")
    static final class Break implements Runnable {
        @Override
        public void run() {
            throw new IllegalStateException("a defect");
        }
    }

    @Command(name = "forge")
    static final class Forge implements Runnable {
        @ParentCommand
        Sample agent;

        @Override
        public void run() {
            agent.print("x", () -> "a\tb\nc \u001b[2J\r\u009b1m\u202e");
            agent.say("d\u001b[2J");
            throw new UnderstudyException(ErrorCode.FENCED, "e\u001b[2J", "f\u001b[2J");
        }
    }

    @Command(name = "ask")
    static final class Ask implements Runnable {
        @ParentCommand
        Sample agent;

        @Option(names = "--yes")
        boolean yes;

        @Override
        public void run() {
            agent.confirm("Replace the database?", yes);
            agent.print(List.of(), () -> "replaced");
        }
    }

    @Command(name = "configured")
    static final class Configured implements Runnable {
        @ParentCommand
        Sample agent;

        @Override
        public void run() {
            agent.settings();
        }
    }

    /** Of each site: "broken" fails, "waiting" until "last" has had its turn. */
    @Command(name = "each")
    static final class Each implements Callable<Integer> {
        @ParentCommand
        Sample agent;

        private final CountDownLatch last = new CountDownLatch(1);

        @Override
        public Integer call() {
            return agent.forEachSite(this::one);
        }

        private int one(Settings settings) {
            agent.say("about " + settings.site());
            if (settings.site().equals("broken")) {
                throw new UnderstudyException(ErrorCode.FENCED, "cannot look", "look elsewhere");
            }
            if (settings.site().equals("last")) {
                last.countDown();
            }
            if (settings.site().equals("blog") && agent.choice().all().isPresent()) {
                awaitLast();
            }
            agent.print(List.of(settings.site()), () -> "all of\n" + settings.site());
            return settings.site().equals("last") ? 7 : 0;
        }

        private void awaitLast() {
            try {
                last.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static String site(Path folder, String name) {
        return "site: " + name + "\nstate: " + folder.resolve(name) + "\nmarker: /srv/BACKUP." + name
                + "\ndatabase:\n  url: jdbc:postgresql://localhost/" + name
                + "\n  user: site\nfilestore:\n  url: file:///srv/store/" + name + "\n";
    }

    private static void sites(Path folder, String... names) throws IOException {
        for (String name : names) {
            Files.writeString(folder.resolve(name + ".yaml"), site(folder, name));
        }
    }

    @Test
    void aCommandForAllSitesWorksOnThemAtTheSameTime(@TempDir Path folder) throws Exception {
        sites(folder, "blog", "broken", "last");
        Files.writeString(folder.resolve("faulty.yaml"), "sight: faulty\n");

        assertThat(run("each", "-c", folder.toString())).as("the first failure").isEqualTo(ErrorCode.FENCED.exitCode());
        assertThat(out.toString())
                .startsWith("site blog\n  all of\n  blog\nsite broken\n  error: cannot look\n  hint: look elsewhere\n"
                        + "site faulty\n  error: ")
                .endsWith("site last\n  all of\n  last\n");
        assertThat(err.toString()).contains("blog: about blog\n", "last: about last\n");

        out.getBuffer().setLength(0);
        assertThat(run("each", "--json", "-c", folder.toString())).isEqualTo(ErrorCode.FENCED.exitCode());
        assertThat(out.toString())
                .startsWith("{\"sites\":[{\"site\":\"blog\",\"exit_code\":0,\"result\":[\"blog\"],\"error\":null},"
                        + "{\"site\":\"broken\",\"exit_code\":50,\"result\":null,\"error\":{\"code\":\"fenced\",")
                .endsWith("{\"site\":\"last\",\"exit_code\":7,\"result\":[\"last\"],\"error\":null}]}\n");
    }

    @Test
    void oneSiteOfAFolderIsAsWithOneConfiguration(@TempDir Path folder) throws Exception {
        sites(folder, "blog", "last");

        assertThat(run("each", "-c", folder.toString(), "--site", "blog"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).isEqualTo("all of\nblog\n");
        assertThat(err.toString()).isEqualTo("about blog\n");
        assertThat(run("configured", "-c", folder.toString(), "--site", "last")).isZero();
    }

    @Test
    void whichSiteIsMeantHasToBeClear(@TempDir Path folder) throws Exception {
        sites(folder, "blog", "shop");

        assertThat(run("configured", "-c", folder.toString())).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(err.toString()).contains("has blog, shop", "hint: add --site blog, or whichever");
        assertThat(run("configured", "-c", folder.toString(), "--site", "shp"))
                .isEqualTo(ErrorCode.CONFIG_INVALID.exitCode());
        assertThat(err.toString()).contains("no site shp in ", "hint: did you mean --site shop?");
        assertThat(run("configured", "-c", folder.resolve("shop.yaml").toString(), "--site", "shop"))
                .isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(err.toString()).contains("--site shop needs a folder of configurations");
    }

    /** Whoever made the folder, and with whatever umask. */
    @Test
    void theStateFolderIsForItsUserAlone(@TempDir Path folder) throws Exception {
        Path state = Files.createDirectory(folder.resolve("state"));
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path file = Files.writeString(
                folder.resolve("a.yaml"),
                "site: example\nstate: " + state + "\nmarker: /srv/BACKUP\ndatabase:\n"
                        + "  url: jdbc:postgresql://localhost/site\n  user: site\nfilestore:\n  url: file:///srv/store\n");

        assertThat(run("-c", file.toString(), "configured")).as(err.toString()).isZero();

        assertThat(Files.getPosixFilePermissions(state)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void itsHelpListsAllCommandsWhateverElseIsNamed() {
        assertThat(run("--help", "show")).isZero();
        assertThat(out.toString()).contains("show", "fail", "configured");
    }

    @Test
    void printsTextOrOneLineOfJson() {
        assertThat(run("show")).isZero();
        assertThat(out).hasToString("as text\n");
        assertThat(run("show", "--json")).isZero();
        assertThat(run("--json", "show")).isZero();
        String json = "{\"snapshot_id\":\"00000001-00000002\",\"taken_at\":\"2026-11-20T10:00:00Z\","
                + "\"nothing\":null,\"seconds\":1.5}\n";
        assertThat(out).hasToString("as text\n" + json + json);
        assertThat(err).hasToString("");
    }

    @Test
    void failsWithTheCodesExitCodeAndAHint() {
        assertThat(run("fail")).isEqualTo(50);
        assertThat(err).hasToString("error: cannot commit: \"b\" holds epoch 2\nhint: rejoin it\n");
        assertThat(out).hasToString("");
    }

    /** Names of objects and what other servers report are shown. */
    @Test
    void noNameThatIsShownMovesTheCursor() {
        assertThat(run("forge")).isNotZero();
        assertThat(out.toString()).isEqualTo("a\tb\nc \ufffd[2J\ufffd\ufffd1m\ufffd\n");
        assertThat(err.toString()).isEqualTo("d\ufffd[2J\nerror: e\ufffd[2J\nhint: f\ufffd[2J\n");
    }

    @Test
    void failsWithOneObjectForScripts() {
        assertThat(run("fail", "--json")).isEqualTo(50);
        assertThat(out)
                .hasToString("{\"error\":{\"code\":\"fenced\",\"message\":\"cannot commit: \\\"b\\\" holds epoch 2\","
                        + "\"hint\":\"rejoin it\"}}\n");
        assertThat(err.toString()).startsWith("error: cannot commit").contains("\nhint: ");
    }

    @Test
    void tellsADefectFromAFailure() {
        assertThat(run("break", "--json")).isEqualTo(1);
        assertThat(out.toString()).contains("\"code\":\"internal\"").contains("a defect");
    }

    @Test
    void refusesAWrongCommandLineWithExitCode2() {
        assertThat(run("show", "--unknown")).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("error: invalid command line")
                .contains("hint: see agent-test show --help");
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("a command is missing");
        assertThat(run("shwo", "--json")).isEqualTo(2);
        assertThat(out.toString()).contains("\"code\":\"usage\"");
    }

    @Test
    void suggestsTheCommandOrOptionThatIsNearest() {
        run("shwo");
        assertThat(err)
                .hasToString("error: invalid command line: unknown command shwo\n"
                        + "hint: did you mean show? Else see agent-test --help\n");
        err.getBuffer().setLength(0);
        run("show", "--jsno");
        assertThat(err)
                .hasToString("error: invalid command line: unknown option --jsno\n"
                        + "hint: did you mean --json? Else see agent-test show --help\n");
        err.getBuffer().setLength(0);
        run("show", "too", "much");
        assertThat(err)
                .hasToString(
                        "error: invalid command line: argument too many: too\n" + "hint: see agent-test show --help\n");
        err.getBuffer().setLength(0);
        run("rehearse");
        assertThat(err).asString().endsWith("hint: see agent-test --help\n");
    }

    @Test
    void asksOnATerminalAndTakesOnlyYes() {
        assertThat(answering("y\n", "ask")).isZero();
        assertThat(err).hasToString("Replace the database? [y/N] ");
        assertThat(answering("no\n", "ask")).isEqualTo(ErrorCode.CANCELLED.exitCode());
        assertThat(answering("", "ask")).isEqualTo(ErrorCode.CANCELLED.exitCode());
    }

    /** Every byte that is written there fails for want of room. */
    @Test
    void aResultThatDoesNotArriveIsAFailure() throws java.io.IOException {
        for (String[] arguments :
                List.of(new String[] {"show", "--json"}, new String[] {"show"}, new String[] {"--help"}, new String[] {
                    "--version"
                })) {
            err.getBuffer().setLength(0);
            try (java.io.PrintStream full = new java.io.PrintStream("/dev/full")) {
                Terminal terminal = new Terminal(
                        new BufferedReader(new StringReader("")),
                        new PrintWriter(full, true),
                        new PrintWriter(err, true),
                        false,
                        false);
                assertThat(new Sample(terminal).execute(arguments)).isEqualTo(ErrorCode.FILE_FAILED.exitCode());
            }
            assertThat(err.toString()).contains("error: cannot write the result to standard output", "hint: ");
        }
    }

    @Test
    void refusesToAskWithoutATerminal() {
        assertThat(run("ask")).isEqualTo(ErrorCode.CONFIRMATION_NEEDED.exitCode());
        assertThat(err.toString()).contains("Replace the database?").contains("--yes");
        assertThat(run("ask", "--yes")).isZero();
    }

    @Test
    void readsTheConfigurationThatIsNamedBeforeOrAfterTheCommand(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("odd.yaml"), "sight: x\n");
        assertThat(run("-c", file.toString(), "configured")).isEqualTo(10);
        assertThat(run("configured", "--config", file.toString())).isEqualTo(10);
        assertThat(err.toString().split("odd.yaml", -1)).hasSizeGreaterThan(2);
        assertThat(run("configured")).isEqualTo(10);
        assertThat(err.toString()).contains(AgentProgram.DEFAULT_CONFIG);
    }

    @Test
    void knowsItsVersionAndItsHelp() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).matches("Understudy \\d+\\.\\d+\\.\\d+\n");
        assertThat(run("show", "--help")).isZero();
        assertThat(out.toString()).contains("--json").contains("--config");
    }

    private int run(String... arguments) {
        return execute("", false, arguments);
    }

    private int answering(String input, String... arguments) {
        return execute(input, true, arguments);
    }

    private int execute(String input, boolean asks, String... arguments) {
        Terminal terminal = new Terminal(
                new BufferedReader(new StringReader(input)), new PrintWriter(out), new PrintWriter(err), asks, false);
        return new Sample(terminal).execute(arguments);
    }
}
