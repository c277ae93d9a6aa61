package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The threat model: each of its rows names tests that are there. */
class SecurityPageTest {
    @Test
    void eachRowNamesTestsThatExist() throws IOException {
        NamedTests tests = NamedTests.ofAllModules();
        List<String> rows = NamedTests.rows("security.md");

        assertThat(rows)
                .hasSizeGreaterThan(25)
                .allSatisfy(row -> assertThat(tests.faults(row, true)).as(row).isEmpty());
    }
}
