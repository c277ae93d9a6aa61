package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseNamesTest {
    @Test
    void standBesideTheSite() {
        DatabaseNames names = DatabaseNames.of("site");
        assertThat(names).isEqualTo(new DatabaseNames("site", "site_understudy_spare", "site_understudy_previous"));
        assertThat(names.aside(1)).isEqualTo("site_before_understudy");
        assertThat(names.aside(2)).isEqualTo("site_before_understudy_2");
        assertThat(names.passing("ab12")).isEqualTo("site_understudy_ab12");
    }

    @ParameterizedTest
    @ValueSource(ints = {44, 45, 46, 47, 60, 63})
    void neverPassTheLongestIdentifier(int length) {
        DatabaseNames names = DatabaseNames.of("é".repeat(length / 2) + "x".repeat(length % 2));
        assertThat(names.spare()).endsWith("_understudy_spare").satisfies(DatabaseNamesTest::fits);
        assertThat(names.previous()).endsWith("_understudy_previous").satisfies(DatabaseNamesTest::fits);
        assertThat(names.aside(12)).satisfies(DatabaseNamesTest::fits);
        assertThat(names.isAside(names.aside(12))).isTrue();
    }

    @Test
    void differForLongSitesThatBeginAlike() {
        String common = "x".repeat(60);
        assertThat(DatabaseNames.of(common + "a").spare())
                .isNotEqualTo(DatabaseNames.of(common + "b").spare());
    }

    @Test
    void knowTheirOwnAside() {
        DatabaseNames names = DatabaseNames.of("site");
        assertThat(names.isAside("site_before_understudy")).isTrue();
        assertThat(names.isAside("site_before_understudy_7")).isTrue();
        assertThat(names.isAside("site_before_understudy_07")).isFalse();
        assertThat(names.isAside("site_before_understudy_x")).isFalse();
        assertThat(names.isAside("other_before_understudy")).isFalse();
        assertThat(names.isAside("site")).isFalse();
    }

    private static void fits(String name) {
        assertThat(name.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(DatabaseNames.LONGEST);
    }
}
