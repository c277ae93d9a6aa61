package io.understudy.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExcludesTest {
    @ParameterizedTest
    @CsvSource({
        "cache/**, cache/a, true",
        "cache/**, cache/a/b, true",
        "cache/**, cache, false",
        "cache, cache, true",
        "cache/, cache, true",
        "*.tmp, a.tmp, true",
        "*.tmp, d/a.tmp, false",
        "**/*.tmp, a.tmp, true",
        "**/*.tmp, d/e/a.tmp, true",
        "a/**/b, a/b, true",
        "a/**/b, a/x/y/b, true",
        "a/**/b, a/xb, false",
        "a**b, a/x/b, true",
        "?.txt, a.txt, true",
        "?.txt, \u00e9.txt, true",
        "?.txt, ab.txt, false",
        "[a-c]x, bx, true",
        "[!a-c]x, bx, false",
        "[!a-c]x, dx, true",
        "a[!x]b, a/b, false",
        "'{a,b}.txt', b.txt, true",
        "'{a,b}.txt', c.txt, false",
        "a\\*b, a*b, true",
        "a\\*b, axb, false",
        "a+(b).$^|, a+(b).$^|, true",
        "'a,b', 'a,b', true",
        "\u00e9*, \u00e9t\u00e9, true",
    })
    void matches(String glob, String path, boolean expected) {
        assertThat(Excludes.of(List.of(glob)).match(SafePath.of(path))).isEqualTo(expected);
    }

    @Test
    void matchesNamesThatAreNoText() {
        SafePath path = SafePath.of(new byte[] {'a', (byte) 0xff, 'b'});
        assertThat(Excludes.of(List.of("a?b")).match(path)).isTrue();
        assertThat(Excludes.of(List.of("a*")).match(path)).isTrue();
        assertThat(Excludes.of(List.of("ab")).match(path)).isFalse();
    }

    @Test
    void alwaysMatchesItsOwnFolderAndNeverTheRoot() {
        assertThat(Excludes.none().match(TreeRoot.OWN)).isTrue();
        assertThat(Excludes.none().match(SafePath.of("a/.understudy"))).isFalse();
        assertThat(Excludes.of(List.of("**")).match(SafePath.ROOT)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/abs", "{a", "{a{b}}", "[a", "a\\"})
    void refusesWhatIsNoGlob(String glob) {
        assertThatThrownBy(() -> Excludes.of(List.of(glob)))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID));
    }

    /** A snapshot that fails says which glob it is; one that hangs says nothing. */
    @Test
    void aGlobThatWouldTryEachWayIsRefused() {
        Excludes excludes = Excludes.of(List.of("**a".repeat(16) + "b"));
        assertThatThrownBy(() -> excludes.match(SafePath.of("a".repeat(200))))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessageContaining("too many stars")
                .hasMessageContaining("**a".repeat(16) + "b");
        assertThatThrownBy(() -> Excludes.of(List.of("**".repeat(17)))).hasMessageContaining("more than 16 times *");
    }
}
