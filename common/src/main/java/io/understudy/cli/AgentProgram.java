package io.understudy.cli;

import io.understudy.config.Settings;
import io.understudy.config.SiteFolder;
import io.understudy.failure.Cancellation;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.tasks.SiteThreads;
import io.understudy.time.Ticker;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The root of an agent's command line. Its commands take {@code -c FILE}, {@code --json}, {@code --help} and
 * {@code --version}, before or after their own options, and use what stands here to read the configuration and to speak
 * with the caller.
 *
 * <p>A command is a {@code Runnable} that returns on success and throws on failure; {@link #execute} makes the exit
 * code of it.
 *
 * <p>More than 300 lines, half of them comments, for all commands of both agents use it as it is.
 */
public abstract class AgentProgram implements Runnable {
    public static final String DEFAULT_CONFIG = "/etc/understudy/understudy.yaml";

    /** How long a command that only looks may take for all sites: longer than a filestore is tried. */
    public static final Duration LOOK_LIMIT = Duration.ofMinutes(5);

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            defaultValue = DEFAULT_CONFIG,
            scope = ScopeType.INHERIT,
            description =
                    "The configuration file of this server, or a folder with one NAME.yaml for each of several sites. Default: ${DEFAULT-VALUE}")
    private Path config;

    @Option(
            names = "--site",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "The site that is meant, where --config is a folder.")
    private String site;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "Print one JSON object on standard output instead of text.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Print this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            scope = ScopeType.INHERIT,
            description = "Print the version.")
    private boolean version;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final EachSite eachSite = new EachSite(Ticker.system());

    protected AgentProgram(Terminal terminal) {
        this.terminal = Objects.requireNonNull(terminal);
    }

    /** The classes of its commands, in the order of its help; each is named like its command: {@code ListCommand}, and
     * {@code RestoreRowCommand} for {@code restore-row}. */
    protected abstract List<Class<?>> commands();

    /** To read all about a command takes picocli some ten milliseconds, so it learns only those that may be meant. */
    private List<Class<?>> meant(List<String> arguments) {
        // The help of the program lists all of them.
        boolean help = arguments.contains("-h") || arguments.contains("--help");
        List<Class<?>> meant = commands().stream()
                .filter(command -> arguments.contains(name(command)))
                .toList();
        return help || meant.isEmpty() ? commands() : meant;
    }

    private static String name(Class<?> command) {
        String words = command.getSimpleName().replaceFirst("Command$", "");
        return words.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }

    /** With all its commands. */
    public final CommandLine commandLine() {
        return commandLine(commands());
    }

    private CommandLine commandLine(List<Class<?>> commands) {
        // @2026-11-20 names a snapshot, not a file of arguments.
        CommandLine line = new CommandLine(this).setExpandAtFiles(false);
        commands.forEach(command -> line.addSubcommand(name(command), command));
        return line;
    }

    /** Runs the command that the arguments name. @return the exit code */
    public final int execute(String... arguments) {
        Logging.start(List.of(arguments));
        CommandLine line = commandLine(meant(List.of(arguments)))
                .setOut(terminal.out())
                .setErr(terminal.err())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(
                        (failure, command, parsed) -> FailureReport.print(failure, terminal, json))
                .setParameterExceptionHandler(this::misused);
        line.getCommandSpec().versionProvider(new AgentVersion());
        try {
            return written(line.execute(arguments));
        } finally {
            ended.countDown();
        }
    }

    /** A result that did not arrive is no success: a script would go on without it. */
    private int written(int exitCode) {
        if (exitCode != 0 || !terminal.out().checkError()) {
            return exitCode;
        }
        return FailureReport.print(
                new UnderstudyException(
                        ErrorCode.FILE_FAILED,
                        "cannot write the result to standard output: its disk is full or its reader ended",
                        "the command itself succeeded: see its result with status or list"),
                terminal,
                false);
    }

    /** Without a command there is nothing to do. */
    @Override
    public final void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /** {@code agent-primary} or {@code agent-replica}. */
    protected final String name() {
        return spec.name();
    }

    /**
     * Of the one site that is meant.
     *
     * @throws UnderstudyException {@code CONFIG_INVALID} with every fault of the file; {@code USAGE} where
     *     {@code --config} is a folder and no site is named, or the other way round; {@code CONFIG_INVALID} where the
     *     site shares with another of its folder what must be its own
     */
    public final Settings settings() {
        Settings settings = choice().settings();
        choice().requireOwnPlaces(settings);
        return closed(settings);
    }

    private static Settings closed(Settings settings) {
        closeState(settings.state());
        return settings;
    }

    /** Which site is meant. */
    public final SiteChoice choice() {
        return new SiteChoice(config, Optional.ofNullable(site));
    }

    /**
     * The command for the site that is meant, or for all sites of the folder at the same time, each of which prints as
     * by itself.
     *
     * @param command returns its exit code; it looks, or stops a site, so that a site shares something is no reason
     *     not to
     * @return the first of those that are not 0, in the order of the names
     */
    public final int forEachSite(ToIntFunction<Settings> command) {
        return forEachSite(command, LOOK_LIMIT);
    }

    /** @param limit of all sites together; one that takes longer has failed */
    public final int forEachSite(ToIntFunction<Settings> command, Duration limit) {
        Optional<SiteFolder> all = choice().all();
        if (all.isEmpty()) {
            return command.applyAsInt(closed(choice().settings()));
        }
        try {
            Consumer<EachSite.Answer> show = each -> print(each, each::text);
            List<EachSite.Answer> answers =
                    eachSite.run(all.get(), each -> command.applyAsInt(closed(each)), limit, json ? each -> {} : show);
            if (json) {
                print(
                        new EachSite.Listing(
                                answers.stream().map(EachSite.Answer::shown).toList()),
                        () -> "");
            }
            return answers.stream()
                    .mapToInt(EachSite.Answer::exitCode)
                    .filter(code -> code != 0)
                    .findFirst()
                    .orElse(0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancellation.of("complete the command for all sites", e);
        }
    }

    /** What lies in it is for the agents' user alone, also where another made the folder. */
    private static void closeState(Path state) {
        if (Files.isDirectory(state) && !AtomicFiles.close(state, AtomicFiles.PRIVATE_FOLDER)) {
            // Not a constant of this class: the level is set before the first logger is made.
            LoggerFactory.getLogger(AgentProgram.class)
                    .warn(
                            "the state folder {} lets in other users: make it its agents' alone: chmod 700 {}",
                            state,
                            state);
        }
    }

    /** The result of the command: with {@code --json} the value, otherwise the text. Once a command. */
    public final void print(Object value, Supplier<String> text) {
        if (eachSite.takes(value, text)) {
            return;
        }
        terminal.out()
                .println(json ? Json.line(value) : Terminal.plain(text.get().stripTrailing()));
        terminal.out().flush();
    }

    /**
     * The result of the command as bytes, exactly. Where the reader of standard output ends early, the work ends and
     * the command succeeds. Once a command.
     *
     * @param work writes them; what it writes is not buffered
     * @throws UnderstudyException {@code FILE_FAILED} where they cannot be written
     */
    public final void write(Consumer<OutputStream> work) {
        try {
            ResultStream out = new ResultStream(terminal.bytes());
            work.accept(out);
            out.flush();
        } catch (ResultStream.ReaderEnded e) {
            LoggerFactory.getLogger(AgentProgram.class).debug("the reader of the result ended", e);
        }
    }

    /**
     * Before a result that is no text.
     *
     * @param what it is
     * @param hint where else it can go
     * @throws UnderstudyException {@code USAGE} where standard output is a screen
     */
    public final void requireNoScreen(String what, String hint) {
        if (terminal.shows()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE, "cannot write " + what + " to the terminal: it is binary, not text", hint);
        }
    }

    /**
     * The result of the command where it may be long. As {@link #print}, but each item is written as it comes; one that
     * fails leaves what is before it written.
     *
     * @param head what comes before the list, with {@code --json}: a record
     * @param name of the list in it
     * @param items the first is asked for before anything is written
     */
    public final <T> void printEach(Object head, String name, Iterator<T> items, Function<T, String> text) {
        write(out -> new Lines<>(head, name, items, text).write(out, json));
    }

    /** A remark in addition to the result: nothing that a script would need. */
    public final void say(String remark) {
        String whose = SiteThreads.current().map(name -> name + ": ").orElse("");
        terminal.err().println(Terminal.plain(whose + remark));
        terminal.err().flush();
    }

    /** Close it before anything else is printed. */
    public final ProgressDisplay progress() {
        return new ProgressDisplay(terminal.err(), terminal.draws() && !eachSite.isOne(), Ticker.system());
    }

    /**
     * Goes on when {@code yes} or when the person at the terminal agrees.
     *
     * @param question what is about to happen and what it replaces, ending in a question mark
     * @throws UnderstudyException {@code CONFIRMATION_NEEDED} without a terminal, {@code CANCELLED} when the answer is
     *     not yes
     */
    public final void confirm(String question, boolean yes) {
        if (yes) {
            return;
        }
        if (!terminal.asks()) {
            throw new UnderstudyException(
                    ErrorCode.CONFIRMATION_NEEDED,
                    "confirmation needed, but there is no terminal: " + question,
                    "run it on a terminal, or answer with --yes");
        }
        terminal.err().print(Terminal.plain(question) + " [y/N] ");
        terminal.err().flush();
        String answer = terminal.readLine().orElse("").strip().toLowerCase(Locale.ROOT);
        if (!answer.equals("y") && !answer.equals("yes")) {
            throw new UnderstudyException(
                    ErrorCode.CANCELLED, "command cancelled: the answer was not yes", "run it again, and answer yes");
        }
    }

    /**
     * Runs long work so that the end of the process, by SIGINT or SIGTERM, interrupts it first and waits for what it
     * does then.
     */
    public final void interruptible(Runnable work) {
        interruptible(work, () -> {});
    }

    /** @param ending called before the interrupt: work that runs on after one sees a flag that this sets */
    public final void interruptible(Runnable work, Runnable ending) {
        try (Interruption whenEnded = Interruption.of(Thread.currentThread(), ending, ended)) {
            whenEnded.guard(work);
        }
    }

    private int misused(ParameterException failure, String[] arguments) {
        UnderstudyException usage = new UnderstudyException(
                ErrorCode.USAGE,
                "invalid command line: " + Misuse.text(failure),
                Misuse.meant(failure) + "see "
                        + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help",
                failure);
        return FailureReport.print(usage, terminal, Arrays.asList(arguments).contains("--json"));
    }
}
