package io.understudy.primary.quiesce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import io.understudy.process.SystemCommandRunner;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReflinkProgramTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int FILM = 32 << 20;

    @TempDir
    private Path temp;

    private final FakeTicker time = new FakeTicker();
    private final List<List<String>> ran = new ArrayList<>();
    private Path farm;

    @BeforeEach
    void folder() throws IOException {
        farm = Files.createDirectories(temp.resolve("own/frozen"));
    }

    /** On file systems of their own, where this machine lets one be made. */
    @ParameterizedTest
    @ValueSource(strings = {"btrfs", "xfs"})
    @Tag("slow")
    void sharesNothingThatIsWrittenLaterAndTakesNoRoom(String kind) throws IOException {
        Path disk = temp.resolve("disk");
        Path mounted = Files.createDirectory(temp.resolve("mounted"));
        CommandRunner runner = new SystemCommandRunner(temp.resolve("commands"));
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(512L << 20);
        }
        assumeTrue(
                ok(runner, "mkfs." + kind, "-q", disk.toString()), "mkfs." + kind + " is missing: deploy/setup test");
        assumeTrue(ok(runner, "mount", "-o", "loop", disk.toString(), mounted.toString()), "only root may mount one");
        try {
            Path tree = Files.createDirectories(mounted.resolve("tree/sub"));
            Path file = Files.write(tree.resolve("film.bin"), new byte[FILM]);
            Files.createSymbolicLink(tree.resolve("link"), Path.of("film.bin"));
            Path copies = Files.createDirectories(mounted.resolve("own/frozen"));
            assertThat(ok(runner, "sync", "-f", mounted.toString())).isTrue();
            long free = Files.getFileStore(mounted).getUnallocatedSpace();

            boolean copied = new ReflinkProgram(runner, time).copy(List.of(tree), copies, LIMIT);
            assertThat(ok(runner, "sync", "-f", mounted.toString())).isTrue();
            assertThat(free - Files.getFileStore(mounted).getUnallocatedSpace()).isLessThan(FILM / 2);
            try (RandomAccessFile written = new RandomAccessFile(file.toFile(), "rw")) {
                written.write(1);
            }

            assertThat(copied).isTrue();
            assertThat(Files.readAllBytes(copies.resolve("sub/film.bin"))[0]).isZero();
            assertThat(Files.readAllBytes(file)[0]).isEqualTo((byte) 1);
            assertThat(Files.readSymbolicLink(copies.resolve("sub/link"))).isEqualTo(Path.of("film.bin"));
            assertThat(copies.getParent()).isDirectoryNotContaining("glob:**frozen.tr*");
        } finally {
            assertThat(ok(runner, "umount", mounted.toString())).isTrue();
        }
    }

    private static boolean ok(CommandRunner runner, String... command) {
        try {
            return runner.run(Command.of(List.of(command), LIMIT)).ok();
        } catch (UnderstudyException e) {
            return false;
        }
    }

    @Test
    void aFileSystemWithoutReflinksIsAskedOnce() {
        assertThat(program(1, 0).copy(entries(3), farm, LIMIT)).isFalse();
        assertThat(ran).hasSize(1);
        assertThat(farm.getParent()).isDirectoryNotContaining("glob:**frozen.tr*");
    }

    @Test
    void copiesManyEntriesInSeveralCalls() {
        assertThat(program(0, 0, 0, 0).copy(entries(600), farm, LIMIT)).isTrue();
        assertThat(ran).hasSize(4);
        assertThat(ran.subList(1, 4))
                .allMatch(each ->
                        each.subList(0, 5).equals(List.of("cp", "-a", "--reflink=always", "-t", farm.toString())));
        assertThat(ran.stream().mapToLong(List::size).sum()).isEqualTo(600 + 6 + 3 * 6);
    }

    @Test
    void oneThatFailsInTheMiddleIsNone() {
        assertThat(program(0, 0, 1).copy(entries(600), farm, LIMIT)).isFalse();
        assertThat(ran).hasSize(3);
    }

    @Test
    void thereMayBeNoSuchProgram() {
        ReflinkProgram program = new ReflinkProgram(
                command -> {
                    throw new UnderstudyException(ErrorCode.COMMAND_FAILED, "there is no cp", "install it");
                },
                time);
        assertThat(program.copy(entries(1), farm, LIMIT)).isFalse();
    }

    @Test
    void isGivenUpAtTheLimitAndWhenItIsCancelled() {
        ReflinkProgram slow = new ReflinkProgram(
                command -> {
                    ran.add(command.arguments());
                    time.advance(Duration.ofSeconds(40));
                    return new CommandResult(0, "", "", Duration.ZERO);
                },
                time);
        assertThat(slow.copy(entries(600), farm, LIMIT)).isFalse();
        assertThat(ran).as("a try, and two of three calls").hasSize(3);

        ReflinkProgram cancelled = new ReflinkProgram(
                command -> {
                    throw new UnderstudyException(ErrorCode.CANCELLED, "cancelled", "start it again");
                },
                time);
        assertThatThrownBy(() -> cancelled.copy(entries(1), farm, LIMIT)).hasMessage("cancelled");
    }

    private List<Path> entries(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> temp.resolve("tree/" + number))
                .toList();
    }

    private ReflinkProgram program(int... ends) {
        return new ReflinkProgram(
                command -> {
                    ran.add(command.arguments());
                    return new CommandResult(ends[ran.size() - 1], "", "", Duration.ZERO);
                },
                time);
    }
}
