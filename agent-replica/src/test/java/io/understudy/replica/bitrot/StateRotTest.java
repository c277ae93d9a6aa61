package io.understudy.replica.bitrot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a replica had on its own disk when it died between STAGE and APPLY, and what went bad before it starts again.
 */
class StateRotTest {
    private static List<String> wanted;

    private final InMemoryFilestore filestore = BitRotSite.beforeTheNewer();

    private Standby standby;
    private Standby.Site before;

    /** A way to lose bytes. */
    enum Loss {
        FLIPPED,
        EMPTIED,
        CUT_BY_ONE,
        CUT_IN_HALF,
        APPENDED,
        DELETED;

        void of(Path file) throws IOException {
            byte[] good = Files.readAllBytes(file);
            switch (this) {
                case FLIPPED -> {
                    good[good.length / 2] ^= 1;
                    Files.write(file, good);
                }
                case EMPTIED -> Files.write(file, new byte[0]);
                case CUT_BY_ONE -> Files.write(file, Arrays.copyOf(good, good.length - 1));
                case CUT_IN_HALF -> Files.write(file, Arrays.copyOf(good, good.length / 2));
                case APPENDED -> Files.write(file, Arrays.copyOf(good, good.length + 5));
                case DELETED -> Files.delete(file);
            }
        }
    }

    private static final class Died extends Error {
        private static final long serialVersionUID = 1L;
    }

    @BeforeAll
    static void aStandbyToWhichNothingHappens(@TempDir(factory = InMemoryFolder.class) Path home) throws IOException {
        wanted = Standby.newerFiles(home);
    }

    @BeforeEach
    void diedBetweenStageAndApply(@TempDir(factory = InMemoryFolder.class) Path home) throws IOException {
        standby = new Standby(home, filestore);
        assertThat(standby.sync().applied()).contains(BitRotSite.OLDER);
        BitRotSite.commitNewer(filestore);
        before = standby.site();
        standby.whenStaged(() -> {
            throw new Died();
        });
        assertThat(catchThrowableOfType(Died.class, standby::sync)).isNotNull();
        standby.whenStaged(() -> {});
        assertThat(standby.site()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void aStagedFileIsWrittenAnew(Loss loss) throws IOException {
        for (Path file : files(standby.staged(), ".*")) {
            loss.of(file);
        }
        standby.sync();
        assertApplied();
    }

    @ParameterizedTest
    @EnumSource
    void thePlanOfWhatIsPreparedIsMadeAnew(Loss loss) throws IOException {
        for (Path file : files(standby.state.resolve("stage/2-" + BitRotSite.NEWER), ".*\\.plan")) {
            loss.of(file);
        }
        standby.sync();
        assertApplied();
    }

    @ParameterizedTest
    @EnumSource
    void theRecordIsNamed(Loss loss) throws IOException {
        Path record = standby.state.resolve("replica.json");
        loss.of(record);
        assertNamedOrApplied(record);
    }

    /** Not one digit of the record may change unnoticed: it says which databases are Understudy's own. */
    @ParameterizedTest
    @CsvSource({"oid, 1", "cluster, 1", "proven, 3", "sequence, 0"})
    void aFlippedValueOfTheRecordIsNamed(String field, int offset) throws IOException {
        Path record = standby.state.resolve("replica.json");
        String good = Files.readString(record);
        int at = field.equals("sequence")
                ? good.indexOf(BitRotSite.OLDER.toString()) + 16
                : good.indexOf("\"" + field + "\"") + field.length() + 4 + offset;
        byte[] bytes = Files.readAllBytes(record);
        bytes[at] ^= 1;
        Files.write(record, bytes);
        assertNamed(catchThrowableOfType(UnderstudyException.class, standby::sync), record);
    }

    private void assertNamedOrApplied(Path file) throws IOException {
        UnderstudyException found = catchThrowableOfType(UnderstudyException.class, standby::sync);
        if (found != null) {
            assertNamed(found, file);
            // As the hint says.
            Files.delete(file);
            standby.sync();
        }
        assertApplied();
    }

    private void assertNamed(UnderstudyException found, Path file) {
        assertThat(found.code()).isEqualTo(ErrorCode.STATE_DAMAGED);
        assertThat(found).hasMessageContaining(file.toString());
        assertThat(found.hint()).isNotBlank();
        assertThat(standby.site()).isEqualTo(before);
    }

    private void assertApplied() {
        Standby.Site now = standby.site();
        assertThat(now.content()).contains(BitRotSite.NEWER);
        assertThat(now.files()).isEqualTo(wanted);
    }

    private static List<Path> files(Path folder, String name) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> found = all.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().matches(name) && size(file) > 0)
                    .sorted(Comparator.naturalOrder())
                    .toList();
            assertThat(found).isNotEmpty();
            return found;
        }
    }

    private static long size(Path file) {
        return file.toFile().length();
    }
}
