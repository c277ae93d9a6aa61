package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What five systems promise, line by line: for each line of {@code coming-from.md} a test that has its text as name,
 * and fails unless each method that the row names is a test that {@code deploy/test} or {@code deploy/test --all} runs.
 */
class ComingFromTest {
    private static final String PAGE = "coming-from.md";

    @TestFactory
    Stream<DynamicTest> eachLineIsShown() throws IOException {
        NamedTests tests = NamedTests.ofAllModules();
        return NamedTests.rows(PAGE).stream()
                .map(row -> DynamicTest.dynamicTest(
                        line(row), () -> assertThat(tests.faults(row, false)).isEmpty()));
    }

    @Test
    void noLineIsThereTwiceAndNoneIsLost() throws IOException {
        List<String> rows = NamedTests.rows(PAGE);
        assertThat(rows)
                .hasSizeGreaterThan(75)
                .allSatisfy(row -> assertThat(row.split(" \\| "))
                        .as("what they promise, what we do, and the tests")
                        .hasSize(3));
        assertThat(Files.readString(NamedTests.ROOT.resolve("deploy/docs").resolve(PAGE))
                        .split("\n## "))
                .as("the five systems behind the introduction")
                .hasSize(6)
                .allSatisfy(part -> assertThat(part.lines().filter(each -> each.startsWith("| ")))
                        .satisfiesAnyOf(
                                lines -> assertThat(part).startsWith("# "),
                                lines -> assertThat(lines).hasSizeGreaterThan(8)));
    }

    private static String line(String row) {
        return row.substring(2, row.indexOf(" | "));
    }
}
