package io.understudy.filestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "understudy.json", "blobs/ab/abc.zst.age", "...", ".hidden", "a/..b"})
    void takesWhatEveryStoreCanHold(String key) {
        assertThat(Keys.valid(key)).isTrue();
    }

    @Test
    void showsAnUnsafeKeyWithoutDisturbingTheTerminal() {
        assertThatThrownBy(() -> Keys.check("a\u001b[2J\n" + "x".repeat(200)))
                .hasMessageStartingWith("cannot use \"a?[2J?xxx")
                .hasMessageContaining("…\"")
                .message()
                .hasSizeLessThan(200);
    }
}
