package io.understudy.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class FilesOptionsTest {
    /** {@code restore ID --only database --to database:NAME} says what it does anyway. */
    @ParameterizedTest
    @ValueSource(strings = {"", "--only database", "--only=database"})
    void aDatabaseTakesNoFiles(String arguments) {
        assertThatCode(() -> parsed(arguments).requireNone()).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--only files", "--only database,files", "--only database --only secrets", "--tree media", "--path a*"
            })
    void filesForADatabaseAreRefused(String arguments) {
        assertThatThrownBy(() -> parsed(arguments).requireNone())
                .isInstanceOfSatisfying(UnderstudyException.class, e -> assertThat(e.code())
                        .isEqualTo(ErrorCode.USAGE));
    }

    @Test
    void aDatabaseIsNoKindOfTree() {
        assertThatThrownBy(() -> parsed("--only database").selection()).hasMessageContaining("cannot restore a database");
    }

    private static FilesOptions parsed(String arguments) {
        FilesOptions options = new FilesOptions();
        new CommandLine(new Program(options)).parseArgs(arguments.isEmpty() ? new String[0] : arguments.split(" "));
        return options;
    }

    @CommandLine.Command
    private static final class Program {
        @CommandLine.Mixin
        private final FilesOptions files;

        Program(FilesOptions files) {
            this.files = files;
        }
    }
}
