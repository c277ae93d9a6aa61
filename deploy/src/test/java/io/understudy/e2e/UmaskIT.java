package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever umask an agent was started with, what it writes has the modes that the pages name. */
@Tag("slow")
class UmaskIT extends Scenario {
    private static final Set<PosixFilePermission> OF_OTHERS = PosixFilePermissions.fromString("---rwxrwx");
    private static final Set<PosixFilePermission> NEVER = PosixFilePermissions.fromString("----w-rwx");

    @Test
    void theModesOfWhatTheAgentsWriteDoNotDependOnIt() throws IOException {
        ServerPair pair = following(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        remove(primary.layout().state(), "audit.jsonl", "audit.lock", "audit-head.json");
        Running first = start(primary.primaryProgram("run"), primary, "primary.sock");
        Running second = start(standby.replicaProgram("run"), standby, "replica.sock");
        try {
            primary.site().addNote("second");
            snapshot(primary);
            standby.site().awaitContent(2, 1, FOLLOWS);
            for (Server each : List.of(primary, standby)) {
                assertClosed(each.layout().state(), each.layout().privateKey());
            }
            assertThat(modes(primary.layout().state().resolve("primary.sock"))).isEqualTo("rw-------");
            assertThat(modes(standby.layout().state().resolve("replica.sock"))).isEqualTo("rw-------");
            assertThat(modes(standby.layout().media().resolve(".understudy"))).isEqualTo("rwx------");

            first.kill();
            primary.site().addNote("third");
            under("077", primary.primaryProgram("snapshot")).run(FOLLOWS).successful();
            standby.site().awaitContent(3, 1, FOLLOWS);
        } finally {
            first.kill();
            second.kill();
        }
        assertClosed(primary.layout().state(), primary.layout().privateKey());
        Path store = pair.home().resolve("filestore");
        assertThat(files(store, each -> !each.equals(store) && allows(each, NEVER)))
                .as("objects")
                .isEmpty();
        assertThat(files(store, each -> !allows(each, Set.of(PosixFilePermission.GROUP_READ))))
                .as("objects that the group can't read")
                .isEmpty();
    }

    private static void assertClosed(Path state, Path key) throws IOException {
        assertThat(modes(state)).isEqualTo("rwx------");
        assertThat(modes(key)).isEqualTo("rw-------");
        assertThat(modes(state.resolve("audit.jsonl"))).isEqualTo("rw-------");
        assertThat(files(state, each -> each.toString().endsWith(".lock") && allows(each, OF_OTHERS)))
                .as("locks")
                .isEmpty();
        // Records that decide nothing are 0644: the folder's mode keeps them to its user.
        assertThat(files(state, each -> !each.toString().endsWith(".json") && allows(each, NEVER)))
                .as("state")
                .isEmpty();
    }

    private static Program under(String umask, Program agent) {
        List<Object> words = new ArrayList<>(List.of("-c", "umask " + umask + "; exec \"$@\"", "sh"));
        words.addAll(agent.command());
        return Program.of("sh", words.toArray()).with(agent.environment());
    }

    private static Running start(Program agent, Server server, String socket) {
        Running running = under("000", agent).start(server.layout().log("umask"));
        Path there = server.layout().state().resolve(socket);
        running.await("agent listens at " + there, ANSWERS, () -> Files.exists(there));
        return running;
    }

    private static void remove(Path state, String... names) throws IOException {
        for (String name : names) {
            Files.delete(state.resolve(name));
        }
    }

    private static String modes(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static boolean allows(Path file, Set<PosixFilePermission> any) {
        try {
            return Files.getPosixFilePermissions(file).stream().anyMatch(any::contains);
        } catch (IOException e) {
            // Gone since: a draft.
            return false;
        }
    }

    /** Below the folder, itself included. */
    private static List<Path> files(Path folder, Predicate<Path> which) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> !Files.isSymbolicLink(file)).filter(which).toList();
        }
    }
}
