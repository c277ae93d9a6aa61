package io.understudy.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.understudy.fuzz.FuzzTarget.Named;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** A small, fixed share of what {@code deploy/soak --fuzz} does: each parser on its first inputs. */
class FuzzTest {
    private static final Logger ROOT = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    /** What other processes compute makes no input slow. */
    private static final ThreadMXBean PROCESSOR = ManagementFactory.getThreadMXBean();

    private static Level before;

    /** Files of the state that are damaged are warnings, thousands of them. */
    @BeforeAll
    static void hush() {
        before = ROOT.getLevel();
        ROOT.setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        ROOT.setLevel(before);
    }

    static Stream<String> names() {
        return FuzzTargets.all().stream().map(Named::name);
    }

    @ParameterizedTest
    @MethodSource("names")
    @Timeout(120)
    void breaksNoRule(String name) throws Exception {
        Named target = FuzzTargets.all().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        List<String> findings = new ArrayList<>();
        try (Fuzzer fuzzer = new Fuzzer(target, PROCESSOR::getCurrentThreadCpuTime)) {
            int[] left = {fuzzer.share()};
            fuzzer.run(1, () -> left[0]-- == 0, finding -> findings.add(finding.text()));
        }
        assertThat(findings).isEmpty();
    }

    @Test
    void eachNameIsThereOnce() {
        assertThat(names()).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z0-9-]+"));
    }
}
