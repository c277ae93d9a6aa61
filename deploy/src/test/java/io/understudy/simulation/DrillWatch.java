package io.understudy.simulation;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Watches drills: the copy of a site runs on what the newest snapshot has, and writes into all of it while nothing that
 * is live changes; and of a drill that has ended, or was killed and is cleared up, nothing is left.
 */
final class DrillWatch {
    private final Run run;
    private final Set<Server> running = new HashSet<>();
    private final Map<String, Integer> results = new TreeMap<>();

    DrillWatch(Run run) {
        this.run = run;
    }

    /** The copy of the site starts, and writes wherever it may. */
    void started(Server server, Path folder, String snapshot) {
        Map<String, List<String>> before = SwitchWatch.content(server);
        requireCopy(server, folder, snapshot);
        run.reached.at(Check.REHEARSED);
        running.add(server);
        server.databases.named(DrillWork.DATABASE).ifPresent(database -> write(server, database));
        files(folder).keySet().forEach(name -> append(folder.resolve(name)));
        requireSame(server, before, "runs");
    }

    private void requireCopy(Server server, Path folder, String snapshot) {
        Genuine genuine = run.store
                .genuine(snapshot)
                .orElseThrow(
                        () -> Promise.AUTHENTIC.broken("a drill runs on " + snapshot + ", which no agent committed"));
        Map<String, String> rows = server.databases
                .named(DrillWork.DATABASE)
                .map(server.databases::tables)
                .orElse(Map.of());
        if (!SwitchWatch.sorted(rows)
                .equals(SwitchWatch.sorted(genuine.content().tables()))) {
            throw Promise.AUTHENTIC.broken(
                    server.name + ": a drill with " + snapshot + " runs on " + rows + ", which are other rows");
        }
        if (!files(folder).equals(genuine.content().files())) {
            throw Promise.AUTHENTIC.broken(
                    server.name + ": a drill with " + snapshot + " runs on other files: " + files(folder));
        }
    }

    private static void write(Server server, DatabaseIdentity database) {
        Map<String, String> rows = new TreeMap<>(server.databases.tables(database));
        rows.replaceAll((table, text) -> text + "of a drill\n");
        server.databases.write(database, rows);
    }

    private static void append(Path file) {
        try {
            // In place: where it were a link, the live file would change too.
            Files.writeString(file, "of a drill", java.nio.file.StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> files(Path folder) {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(file).toString(), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    void stopped(Server server) {
        running.remove(server);
    }

    /** No other task went on since. */
    void requireSame(Server server, Map<String, List<String>> before, String what) {
        Map<String, List<String>> now = SwitchWatch.content(server);
        if (!now.equals(before)) {
            throw Promise.DRILL_LEAVES_NOTHING.broken(
                    server.name + ": a drill " + what + ", and the live site has " + now + " instead of " + before);
        }
    }

    /** Its agent says how. What could not be cleared up is noted for the next one. */
    void ended(Server server, String result) {
        results.merge(result, 1, Integer::sum);
        if (!Files.exists(StateEntry.DRILL.in(server.settings.state()))) {
            requireNothing(server);
        }
    }

    private void requireNothing(Server server) {
        Optional<String> left = Stream.of(
                        server.databases.named(DrillWork.DATABASE).map(each -> "its database"),
                        Optional.of("its folder")
                                .filter(each -> Files.exists(StateEntry.DRILL_FOLDER.in(server.settings.state()))),
                        Optional.of("its site").filter(each -> running.contains(server)))
                .flatMap(Optional::stream)
                .findFirst();
        left.ifPresent(what -> {
            throw Promise.DRILL_LEAVES_NOTHING.broken(server.name + ": a drill has ended, and " + what + " is there");
        });
    }

    /** Nothing goes wrong any more: after the next start of each daemon no drill has left anything. */
    void requireNothing() {
        run.tell("drills", results.toString(), "");
        for (Server server : run.all) {
            run.replica(server).drills.clear();
            if (Files.exists(StateEntry.DRILL.in(server.settings.state()))) {
                throw Promise.DRILL_LEAVES_NOTHING.broken(server.name + ": a drill could not be cleared up");
            }
            requireNothing(server);
        }
    }
}
