package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherDatabase.Commands;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.SystemCommandRunner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands of an operator's, run by a real shell. */
class CommandDatabaseTest {
    @TempDir
    private Path folder;

    @Test
    void whatTheCommandWritesIsTheDump() {
        assertThat(dump(database("printf 'rows\\n-- end\\n'", "-- end"))).isEqualTo("rows\n-- end\n");
    }

    @Test
    void aDumpThatFailsHalfWaySaysSoWithTheEndOfItsStandardError() {
        SiteDatabase broken =
                database("printf 'half of it'; echo connecting >&2; echo 'lost connection at row 17' >&2; exit 3", "");
        UnderstudyException e = failure(() -> dump(broken));
        assertThat(e.code()).isEqualTo(ErrorCode.DUMP_FAILED);
        assertThat(e)
                .hasMessage("cannot dump database shop: sh ended with 3: connecting / lost connection at row 17,"
                        + " after 10 bytes");
        assertThat(e.hint()).contains("no snapshot was made of half a dump");
    }

    @Test
    void aDumpThatEndsWithZeroButWithoutItsClosingLineIsNotComplete() {
        UnderstudyException e = failure(() -> dump(database("printf 'rows\\nmore rows\\n'", "-- end")));
        assertThat(e.code()).isEqualTo(ErrorCode.DUMP_FAILED);
        assertThat(e).hasMessageContaining("its last line does not begin with \"-- end\"");
    }

    @Test
    void theClosingLineOfALongDumpIsFound() {
        assertThat(dump(database("yes row | head -c 300000; printf '\\n-- end of it\\n\\n'", "-- end")))
                .hasSize(300_015);
    }

    @Test
    void aRestoreGetsAllOfItAndTheNumberOfItsPlace() throws Exception {
        database("true", "").restore(place(), out -> out.write("rows".getBytes(StandardCharsets.UTF_8)));
        assertThat(folder.resolve("shop-17-00000001-00000002")).hasContent("rows");
    }

    @Test
    void aRestoreThatDoesNotReadItAllIsAFailure() {
        SiteDatabase hasty = new CommandDatabase(
                settings(commands("true", "", List.of("sh", "-c", "head -c 1"))),
                commands("true", "", List.of("sh", "-c", "head -c 1")),
                new SystemCommandRunner(folder));
        UnderstudyException e = failure(() -> hasty.restore(place(), out -> out.write(new byte[4 << 20])));
        assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(e).hasMessageContaining("before it had read all");
    }

    @Test
    void aSwapThatFailsNamesTheDatabaseAndWhatItSaid() {
        UnderstudyException e = failure(() -> database("true", "").swap(place()));
        assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_FAILED);
        assertThat(e).hasMessage("cannot swap database shop: sh ended with 1: no place 17");
    }

    @Test
    void aVariableOfTheAgentReachesTheCommandOnlyWhereItIsNamed() {
        assertThat(dump(database("printf %s \"x$UNDERSTUDY_TEST_SECRET\"", ""))).isEqualTo("x");
    }

    private SiteDatabase database(String dump, String ending) {
        Commands commands = commands(
                dump,
                ending,
                List.of(
                        "sh",
                        "-c",
                        "cat > " + folder + "/$UNDERSTUDY_DATABASE-$UNDERSTUDY_PLACE-$UNDERSTUDY_SNAPSHOT"));
        return new CommandDatabase(settings(commands), commands, new SystemCommandRunner(folder));
    }

    @Test
    void aFingerprintIsThatOfWhatTheCommandWrites() throws IOException {
        SiteDatabase database = database("true", "");
        Files.writeString(folder.resolve("content-17"), "rows");
        Files.writeString(folder.resolve("content-"), "rows");

        assertThat(database.fingerprint(Optional.of(place())))
                .isPresent()
                .isEqualTo(database.fingerprint(Optional.empty()));

        Files.writeString(folder.resolve("content-"), "more rows");
        assertThat(database.fingerprint(Optional.of(place()))).isNotEqualTo(database.fingerprint(Optional.empty()));
        Files.writeString(folder.resolve("content-"), "");
        assertThat(database.fingerprint(Optional.empty())).as("nothing tells").isEmpty();
        Files.delete(folder.resolve("content-"));
        assertThat(failure(() -> database.fingerprint(Optional.empty())).code()).isEqualTo(ErrorCode.COMMAND_FAILED);
    }

    private static OtherDatabase settings(Commands commands) {
        return new OtherDatabase("shop", List.of(), Duration.ofMinutes(1), commands);
    }

    private Commands commands(String dump, String ending, List<String> restore) {
        return new Commands(
                List.of("sh", "-c", dump),
                Optional.of(ending).filter(text -> !text.isEmpty()),
                restore,
                List.of("sh", "-c", "echo no place $UNDERSTUDY_PLACE; exit 1"),
                List.of("true"),
                List.of("true"),
                List.of("sh", "-c", "cat " + folder + "/content-$UNDERSTUDY_PLACE"),
                List.of());
    }

    private Place place() {
        return new Place(17, "00000001-00000002", folder.resolve("notes"));
    }

    private static String dump(SiteDatabase database) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        database.dump(in -> in.transferTo(out), () -> {});
        return out.toString(StandardCharsets.UTF_8);
    }

    private static UnderstudyException failure(Runnable work) {
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, work::run);
        return e;
    }
}
