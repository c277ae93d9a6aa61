package io.understudy.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RestoreTargetTest {
    @Test
    void saysWhatIsMeant() {
        assertThat(RestoreTarget.parse("live")).isEqualTo(new RestoreTarget.Live());
        assertThat(RestoreTarget.parse("./live")).isEqualTo(new RestoreTarget.Folder(Path.of("./live")));
        assertThat(RestoreTarget.parse("/srv/restored")).isEqualTo(new RestoreTarget.Folder(Path.of("/srv/restored")));
        assertThat(RestoreTarget.parse("database:copy:2")).isEqualTo(new RestoreTarget.Database("copy:2"));
        assertThat(RestoreTarget.parse("dump:/srv/a.sql")).isEqualTo(new RestoreTarget.Dump(Path.of("/srv/a.sql")));
    }

    @ParameterizedTest
    @CsvSource({
        "Live, live",
        "lve, live",
        "databse:copy, database:copy",
        "Database:copy, database:copy",
        "dmp:a.sql, dump:a.sql"
    })
    void aMistypedWordIsNoFolder(String text, String meant) {
        assertThatThrownBy(() -> RestoreTarget.parse(text)).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
            assertThat(e.hint()).isEqualTo("did you mean " + meant + "? A folder of this name is ./" + text);
        });
        assertThat(RestoreTarget.parse("./" + text)).isEqualTo(new RestoreTarget.Folder(Path.of("./" + text)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"restored", "r", "delivery", "2026-11-20T10:00", "c:restored"})
    void anyOtherNameIsAFolder(String text) {
        assertThat(RestoreTarget.parse(text)).isEqualTo(new RestoreTarget.Folder(Path.of(text)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "dump:", "a\u0000b", "dump:a\u0000b"})
    void refusesWhatNamesNoPlace(String text) {
        assertThatThrownBy(() -> RestoreTarget.parse(text))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE));
    }
}
