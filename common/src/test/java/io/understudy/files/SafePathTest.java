package io.understudy.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafePathTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/etc/passwd",
                "..",
                "../x",
                "a/..",
                "a/../b",
                ".",
                "./a",
                "a/.",
                "a//b",
                "a/",
                "a\0b",
                "a/\0"
            })
    void refusesWhatCouldLeaveItsRoot(String path) {
        assertThatThrownBy(() -> SafePath.of(path))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSAFE_PATH));
    }

    @Test
    void refusesWhatNoDiskHolds() {
        assertThatThrownBy(() -> SafePath.of("x".repeat(256))).hasMessageContaining("255");
        assertThatThrownBy(() -> SafePath.of(("x".repeat(200) + "/").repeat(21) + "x"))
                .hasMessageContaining("4095");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "...", "..a", "a..", ".understudy", "a b/c\nd", "-", "\u00e9", "a/b/c"})
    void takesEveryOtherName(String path) {
        assertThat(SafePath.of(path).bytes()).isEqualTo(path.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void comesBeforeWhatItHoldsAndThatBeforeItsSiblings() {
        List<SafePath> sorted = new ArrayList<>(List.of(
                SafePath.ROOT,
                SafePath.of("a"),
                SafePath.of("a/\u0001"),
                SafePath.of("a/b"),
                SafePath.of("a/b/c"),
                SafePath.of("a/b-c"),
                SafePath.of("a\u0001"),
                SafePath.of("a-b"),
                SafePath.of("a.b"),
                SafePath.of("ab"),
                SafePath.of(new byte[] {(byte) 0xff})));
        List<SafePath> expected = List.copyOf(sorted);
        Collections.shuffle(sorted, new Random(1));
        Collections.sort(sorted);
        assertThat(sorted).isEqualTo(expected);
    }

    @Test
    void knowsWhatLiesBeneath() {
        SafePath path = SafePath.of("a/b");
        assertThat(path.isBeneath(SafePath.of("a"))).isTrue();
        assertThat(path.isBeneath(SafePath.ROOT)).isTrue();
        assertThat(path.isBeneath(path)).isFalse();
        assertThat(SafePath.of("a-b").isBeneath(SafePath.of("a"))).isFalse();
        assertThat(SafePath.ROOT.isBeneath(SafePath.ROOT)).isFalse();
    }

    @Test
    void findsParentAndChild() {
        SafePath path = SafePath.of("a/b/c");
        assertThat(path.parent()).isEqualTo(SafePath.of("a/b"));
        assertThat(SafePath.of("a").parent()).isEqualTo(SafePath.ROOT);
        assertThat(SafePath.ROOT.child(new byte[] {'a'})).isEqualTo(SafePath.of("a"));
        assertThat(path.parent().child(new byte[] {'c'})).isEqualTo(path);
    }

    @Test
    void printsInOneLineWithoutLoss() {
        byte[] odd = {'a', '\n', (byte) 0xff, (byte) 0xc3, (byte) 0xa9, 0x1b, (byte) 0xc3};
        assertThat(SafePath.of(odd)).hasToString("a\\n\\xff\u00e9\\x1b\\xc3");
        assertThat(SafePath.ROOT).hasToString(".");
    }
}
