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
 * Archives of loaded classes (class data sharing): the end-to-end tests start some hundred processes. The launcher
 * makes the agents' archive, as on a server. The sample site notes its classes in the first test that runs it, and an
 * archive is made of these notes. It lies in the folder of the sample site, which packaging makes again, so it never
 * outlives what it was made of.
 */
public final class ClassArchives {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** An archive that does not fit is passed over, silently. */
    private static final String QUIET = " -Xlog:disable";

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
        return INSTANCE.programs.with(INSTANCE::environment, CommandHost::run);
    }

    /** The options for a Java machine whose class path begins with the agents' libraries. */
    public static List<String> forAgents() {
        return INSTANCE.agents()
                .map(archive -> List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable"))
                .orElse(List.of());
    }

    /** The launcher makes the agents' archive, unless it is there; another process that wants it waits. */
    static void makeForAgents() {
        INSTANCE.haveMadeForAgents();
    }

    private void haveMadeForAgents() {
        try (FileChannel channel = FileChannel.open(
                        Folders.create(folder).resolve("agents.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (lock.isValid() && agents().isEmpty()) {
                Program.of(programs.primary(), "init", "--help").run(LIMIT).successful();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Does something with the programs of {@link #rehearsal}; makes the archives where there are none yet. */
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
            makeOfSite();
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            noting = false;
        }
    }

    private Map<String, String> environment() {
        String options = noting
                ? " -Xshare:off -XX:DumpLoadedClassList=" + folder.resolve("site-%p.classes")
                : Files.exists(site()) ? "-XX:SharedArchiveFile=" + site() + QUIET : "";
        return Map.of("SAMPLE_SITE_JAVA_OPTS", options);
    }

    private Optional<Path> agents() {
        Path made = programs.distribution().resolve("classes");
        if (!Files.exists(made)) {
            return Optional.empty();
        }
        try (Stream<Path> archives = Files.list(made)) {
            return archives.filter(file -> file.toString().endsWith(".jsa")).findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isDone() {
        return Files.exists(site()) || Files.exists(refusal());
    }

    /** What a Java machine said that makes no archive of these classes: the site runs without. */
    private Path refusal() {
        return folder.resolve("refused");
    }

    private Path site() {
        return folder.resolve("site.jsa");
    }

    private void makeOfSite() throws IOException {
        Path classes = Files.write(folder.resolve("site.classes"), noted());
        Path made = folder.resolve("site.new");
        Outcome outcome = Program.of(
                        Path.of(System.getProperty("java.home"), "bin/java"),
                        "-Xshare:dump",
                        "-XX:SharedClassListFile=" + classes,
                        "-XX:SharedArchiveFile=" + made,
                        "-cp",
                        programs.stage().toRealPath().resolve("lib") + "/*")
                .run(LIMIT);
        if (outcome.exitCode() == 0) {
            Files.move(made, site(), StandardCopyOption.ATOMIC_MOVE);
        } else {
            Files.writeString(refusal(), outcome.errors());
        }
    }

    private Set<String> noted() throws IOException {
        Set<String> lines = new LinkedHashSet<>();
        try (Stream<Path> notes = Files.list(folder)) {
            List<Path> all = notes.filter(file -> file.getFileName().toString().matches("site-.+\\.classes"))
                    .toList();
            for (Path file : all) {
                Files.readAllLines(file).stream()
                        .filter(line -> !line.startsWith("#"))
                        .forEach(lines::add);
            }
        }
        if (lines.isEmpty()) {
            throw new IllegalStateException("no process of the site noted its classes in " + folder);
        }
        return lines;
    }
}
