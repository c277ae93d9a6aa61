package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever umask an agent was started with, what it writes has the modes that the pages name. */
class UmaskIT extends Scenario {
    private static final Set<PosixFilePermission> NEVER = PosixFilePermissions.fromString("----w-rwx");

    @ParameterizedTest
    @ValueSource(strings = {"000", "077"})
    void theModesOfWhatTheAgentsWriteDoNotDependOnIt(String umask) throws IOException {
        ServerPair pair = following(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        remove(
                primary.layout().state().resolve("audit.jsonl"),
                primary.layout().state().resolve("audit.lock"));
        Running first = start(primary.primaryProgram("run"), umask, primary, "primary.sock");
        Running second = start(standby.replicaProgram("run"), umask, standby, "replica.sock");
        try {
            primary.site().addNote("second");
            snapshot(primary);
            standby.site().awaitContent(2, 1, FOLLOWS);

            for (Server each : List.of(primary, standby)) {
                Path state = each.layout().state();
                assertThat(modes(state)).isEqualTo("rwx------");
                assertThat(beyond(state, NEVER, ".json"))
                        .as("state of " + each.layout().name())
                        .isEmpty();
                assertThat(modes(each.layout().privateKey())).isEqualTo("rw-------");
                for (String own : List.of("audit.jsonl", "audit.lock", "primary.lock", "replica.lock")) {
                    Path file = state.resolve(own);
                    assertThat(Files.exists(file) ? modes(file) : "rw-------")
                            .as(own)
                            .isEqualTo("rw-------");
                }
            }
            assertThat(modes(primary.layout().state().resolve("primary.sock"))).isEqualTo("rw-------");
            assertThat(modes(standby.layout().state().resolve("replica.sock"))).isEqualTo("rw-------");
            assertThat(beyond(pair.home().resolve("filestore"), NEVER, ""))
                    .as("objects")
                    .isEmpty();
            assertThat(modes(standby.layout().media().resolve(".understudy"))).isEqualTo("rwx------");
        } finally {
            first.kill();
            second.kill();
        }
    }

    private static Running start(Program agent, String umask, Server server, String socket) {
        List<Object> words = new ArrayList<>(List.of("-c", "umask " + umask + "; exec \"$@\"", "sh"));
        words.addAll(agent.command());
        Running running = Program.of("sh", words.toArray())
                .with(agent.environment())
                .start(server.layout().log("umask"));
        Path there = server.layout().state().resolve(socket);
        Deadline.await("agent listens at " + there, ANSWERS, () -> {
            assertThat(running.alive()).as(running.logText()).isTrue();
            return Files.exists(there);
        });
        return running;
    }

    private static void remove(Path... files) throws IOException {
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(files[0].resolveSibling("audit-head.json"));
    }

    private static String modes(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    /**
     * What allows one of these below the folder, itself included.
     *
     * @param but ends the names of records that decide nothing, which the folder's mode keeps to its user
     */
    private static List<String> beyond(Path folder, Set<PosixFilePermission> never, String but) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> but.isEmpty() || !file.toString().endsWith(but))
                    .filter(file -> !Files.isSymbolicLink(file))
                    .filter(file -> {
                        try {
                            return Files.getPosixFilePermissions(file).stream().anyMatch(never::contains);
                        } catch (IOException e) {
                            // Gone since: a draft.
                            return false;
                        }
                    })
                    .map(file -> {
                        try {
                            return modes(file) + " " + file;
                        } catch (IOException e) {
                            return "gone " + file;
                        }
                    })
                    .toList();
        }
    }
}
