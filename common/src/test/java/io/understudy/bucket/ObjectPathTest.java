package io.understudy.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.SafePath;
import io.understudy.testing.OddKeys;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ObjectPathTest {
    private static final String ALPHABET = "ab./%! +\t\u00e4~";

    @Test
    void everyKeyHasAPathOfItsOwnThatSaysTheKey() {
        assertThat(OddKeys.ALL)
                .allSatisfy(
                        key -> assertThat(ObjectPath.key(ObjectPath.of(key))).isEqualTo(key));
        assertThat(OddKeys.ALL.stream().map(ObjectPath::of).collect(Collectors.toSet()))
                .hasSameSizeAs(OddKeys.ALL);
    }

    @Test
    void usualKeysAreTheirOwnPaths() {
        assertThat(List.of("a.jpg", "2026/11/photo (1).jpg", ".well-known/x", "\u00e4/b"))
                .allSatisfy(key -> assertThat(ObjectPath.of(key)).isEqualTo(SafePath.of(key)));
    }

    @Test
    void aKeyNextToAFolderOfItsNameLiesInItBeforeAllElse() {
        SafePath itself = ObjectPath.within(ObjectPath.of("a"));

        assertThat(itself).hasToString("a/!");
        assertThat(ObjectPath.key(itself)).isEqualTo("a");
        assertThat(OddKeys.ALL)
                .filteredOn(key -> key.startsWith("a/"))
                .allSatisfy(key -> assertThat(itself).isLessThan(ObjectPath.of(key)));
    }

    @Test
    void randomKeysSurvive() {
        Random random = new Random(8);
        Set<String> keys = IntStream.range(0, 20_000)
                .mapToObj(i -> IntStream.range(0, 1 + random.nextInt(8))
                        .mapToObj(n -> "" + ALPHABET.charAt(random.nextInt(ALPHABET.length())))
                        .collect(Collectors.joining()))
                .collect(Collectors.toSet());

        assertThat(keys)
                .allSatisfy(
                        key -> assertThat(ObjectPath.key(ObjectPath.of(key))).isEqualTo(key));
        List<SafePath> paths = keys.stream()
                .map(ObjectPath::of)
                .distinct()
                .sorted(Comparator.naturalOrder())
                .toList();
        assertThat(paths).hasSameSizeAs(keys);
        assertThat(paths).allSatisfy(path -> assertThat(ObjectPath.within(path)).isGreaterThan(path));
    }
}
