package io.understudy.rehearsal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Archives of loaded classes (class data sharing) for the agents and the sample site, of which the end-to-end tests
 * start some hundred processes: each start takes a third less processor time. The first test that runs both agents and
 * the site lets them note their classes, and the archives are made of these notes. They lie in the folder of the sample
 * site, which packaging makes again, so they never outlive what they were made of.
 */
public final class ClassArchives {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** An archive that does not fit is passed over, silently. */
    private static final String QUIET = " -Xlog:cds*=off";

    private static final ClassArchives INSTANCE = new ClassArchives(Rehearsal.packaged());

    private final Rehearsal programs;
    private final Path folder;
    private volatile boolean noting;

    private ClassArchives(Rehearsal programs) {
        this.programs = programs;
        this.folder = programs.stage().resolve("classes-" + System.getProperty("java.version"));
    }

    /** The packaged programs, with the archives as soon as there are any. */
    public static Rehearsal rehearsal() {
        return INSTANCE.programs.with(INSTANCE::environment, INSTANCE::run);
    }

    /** The option for a Java machine whose class path begins with the agents' libraries. */
    public static Optional<String> forAgents() {
        return INSTANCE.option("agents");
    }

    /** Does something with the programs of {@link #rehearsal}; makes the archives of it where there are none yet. */
    public static <T> T madeOf(Supplier<T> work) {
        return INSTANCE.made(work);
    }

    private <T> T made(Supplier<T> work) {
        // The options are separated by blanks.
        if (folder.toString().contains(" ") || isDone()) {
            return work.get();
        }
        Folders.create(folder);
        try (FileChannel channel =
                        FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null || isDone()) {
                return work.get();
            }
            noting = true;
            T result = work.get();
            noting = false;
            make("agents", programs.distribution());
            make("site", programs.stage());
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            noting = false;
        }
    }

    /** Commands note their classes only in processes of their own. */
    private Outcome run(Program program, Duration limit) {
        return noting ? program.run(limit) : CommandHost.run(program, limit);
    }

    private Map<String, String> environment() {
        String usual =
                Optional.ofNullable(System.getenv("UNDERSTUDY_JAVA_OPTS")).orElse("");
        return noting
                ? Map.of("UNDERSTUDY_JAVA_OPTS", usual + notes("agents"), "SAMPLE_SITE_JAVA_OPTS", notes("site"))
                : Map.of(
                        "UNDERSTUDY_JAVA_OPTS",
                        usual
                                + option("agents")
                                        .map(option -> " " + option + QUIET)
                                        .orElse(""),
                        "SAMPLE_SITE_JAVA_OPTS",
                        option("site").map(option -> option + QUIET).orElse(""));
    }

    private String notes(String program) {
        return " -Xshare:off -XX:DumpLoadedClassList=" + folder.resolve(program + "-%p.classes");
    }

    private Optional<String> option(String program) {
        return Optional.of(archive(program)).filter(Files::exists).map(archive -> "-XX:SharedArchiveFile=" + archive);
    }

    private boolean isDone() {
        return Files.exists(archive("site")) || Files.exists(refusal());
    }

    /** What a Java machine said that makes no archive of these classes, as 25 does: the programs run without. */
    private Path refusal() {
        return folder.resolve("refused");
    }

    private void make(String program, Path home) throws IOException {
        Path classes = Files.write(folder.resolve(program + ".classes"), noted(program));
        Path made = folder.resolve(program + ".new");
        Outcome outcome = Program.of(
                        Path.of(System.getProperty("java.home"), "bin/java"),
                        "-Xshare:dump",
                        "-XX:SharedClassListFile=" + classes,
                        "-XX:SharedArchiveFile=" + made,
                        "-cp",
                        home.toRealPath().resolve("lib") + "/*")
                .run(LIMIT);
        if (outcome.exitCode() == 0) {
            Files.move(made, archive(program), StandardCopyOption.ATOMIC_MOVE);
        } else {
            Files.writeString(refusal(), outcome.errors());
        }
    }

    private Set<String> noted(String program) throws IOException {
        Set<String> lines = new LinkedHashSet<>();
        try (Stream<Path> notes = Files.list(folder)) {
            List<Path> all = notes.filter(file -> file.getFileName().toString().matches(program + "-.+\\.classes"))
                    .toList();
            for (Path file : all) {
                Files.readAllLines(file).stream()
                        .filter(line -> !line.startsWith("#"))
                        .forEach(lines::add);
            }
        }
        if (lines.isEmpty()) {
            throw new IllegalStateException("no process of the " + program + " noted its classes in " + folder);
        }
        return lines;
    }

    private Path archive(String program) {
        return folder.resolve(program + ".jsa");
    }
}
