package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Rehearsal;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code agents.classes} names what the agents load, so that their archive holds it; {@code -Dunderstudy.rewrite=true}
 * writes it again, with Java 17.
 */
@Tag("slow")
class ClassListIT extends Scenario {
    /** All that is written again; otherwise the two daemons load what is looked at. */
    private static final boolean REWRITE = Boolean.getBoolean("understudy.rewrite");

    private static final Path LIST = Path.of("src/main/assembly/agents.classes");
    /** What is made at run time is in no archive. */
    private static final Pattern LOADED = Pattern.compile("\\] ([\\w.$]+) source: (shared objects file|jrt:|file:).*");

    @TempDir
    private Path logs;

    @Override
    Rehearsal programs() {
        String usual =
                Optional.ofNullable(System.getenv("UNDERSTUDY_JAVA_OPTS")).orElse("");
        return Rehearsal.packaged()
                .with(
                        () -> Map.of(
                                "UNDERSTUDY_JAVA_OPTS", usual + " -Xlog:class+load=info:file=" + logs.resolve("%p")),
                        REWRITE ? Program::run : super.programs().commands());
    }

    @Test
    void nearlyAllThatTheAgentsLoadIsInTheirArchive() throws IOException {
        if (REWRITE) {
            run(initialised(false));
            stopEverything();
        }
        // It loads what a plain one loads, and the cipher.
        run(encrypted());

        Set<String> all = new TreeSet<>();
        Set<String> archived = new HashSet<>();
        try (Stream<Path> files = Files.list(logs)) {
            for (Path file : files.toList()) {
                for (String line : Files.readAllLines(file)) {
                    Matcher loaded = LOADED.matcher(line);
                    if (loaded.find()) {
                        all.add(loaded.group(1).replace('.', '/'));
                        if (loaded.group(2).startsWith("shared")) {
                            archived.add(loaded.group(1).replace('.', '/'));
                        }
                    }
                }
            }
        }
        if (REWRITE) {
            rewrite(all);
        }
        assertThat(all).hasSizeGreaterThan(4000);
        Set<String> missing = new TreeSet<>(all);
        missing.removeAll(archived);
        assertThat(missing.size()).as(missing.toString()).isLessThan(all.size() / 20);
    }

    private static void run(ServerPair pair) {
        if (REWRITE) {
            snapshot(pair.primary());
            sync(pair.standby());
        }
        pair.primary().startPrimary();
        pair.standby().startReplica();
        if (REWRITE) {
            pair.primary().primary("status").successful();
            pair.primary().primary("check").successful();
            pair.standby().replica("status").successful();
        }
        pair.primary().site().addNote("second");
        snapshot(pair.primary());
        pair.standby().site().awaitContent(2, 1, FOLLOWS);
        pair.close();
    }

    private ServerPair encrypted() throws IOException {
        ServerPair pair = install(false);
        Path identity = pair.standby().layout().home().resolve("etc/identity.txt");
        Program.of("age-keygen", "-o", identity).run(ANSWERS).successful();
        Matcher recipient = Pattern.compile("age1[a-z0-9]+").matcher(Files.readString(identity));
        assertThat(recipient.find()).isTrue();
        pair.standby().configure(config -> config + "encryption: {identity: " + identity + "}\n");
        pair.primary().configure(config -> config + "encryption: {recipients: [" + recipient.group() + "]}\n");
        pair.primary()
                .primary(
                        "init",
                        "--encrypt",
                        "--sheet",
                        pair.home().resolve("sheet.html").toString())
                .successful();
        pair.standby().replica("init", "--yes").successful();
        return pair;
    }

    /** What Java's own list names is not repeated: it is that of the Java that makes the archive. */
    private static void rewrite(Set<String> loaded) throws IOException {
        List<String> own = Files.readAllLines(Path.of(System.getProperty("java.home"), "lib/classlist")).stream()
                .map(line -> line.split(" ", 2)[0])
                .toList();
        Set<String> names = new TreeSet<>(loaded);
        own.forEach(names::remove);
        Files.write(LIST, names);
    }
}
