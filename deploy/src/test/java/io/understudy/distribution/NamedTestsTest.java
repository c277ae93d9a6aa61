package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a page may name as its test: what is there, is a test, and always runs. */
class NamedTestsTest {
    private static final String SOURCE = """
            package a;

            import b;

            @Tag("slow")
            class GoodTest extends Contract {
                private static final int COUNT = 1;

                @Test
                void runs() throws IOException {
                    called();
                }

                private void called() {}

                @ParameterizedTest
                @CsvSource(textBlock = \"""
                        a, b;

                        c, d
                        \""")
                void runsWithValues(String one) {}

                @ParameterizedTest
                @ValueSource(strings = {
                    "a",
                })
                void runsWithMoreValues(String one) {}

                @TestFactory
                Stream<DynamicTest> runsEach() {
                    return none();
                }

                @Test
                @EnabledIfSystemProperty(named = "x", matches = "y")
                void runsAtTimes() {}

                @Disabled
                @Test
                void sleeps() {}
            }
            """;
    private static final String CONTRACT = """
            abstract class Contract {
                @Test
                void holds() {}
            }
            """;
    private final NamedTests tests = new NamedTests(Map.of(
            "GoodTest",
            List.of(SOURCE),
            "Contract",
            List.of(CONTRACT),
            "Helper",
            List.of(CONTRACT),
            "AtTimesIT",
            List.of(
                    "@EnabledIfEnvironmentVariable(named = \"A\")\nclass AtTimesIT {\n    @Test\n    void runs() {}\n}\n"),
            "SeveralTest",
            List.of("class SeveralTest {\n}\n", "class SeveralTest {\n    @Test\n    void runs() {}\n}\n")));

    @Test
    void whatRunsIsNoFault() {
        for (String name : List.of(
                "GoodTest#runs",
                "GoodTest#runsWithValues",
                "GoodTest#runsWithMoreValues",
                "GoodTest#runsEach",
                "GoodTest#holds",
                "SeveralTest#runs")) {
            assertThat(faults("`" + name + "`")).as(name).isEmpty();
        }
        assertThat(faults("`GoodTest#runs`, `GoodTest#holds`")).isEmpty();
        assertThat(tests.faults("| a | `GoodTest`", true)).isEmpty();
    }

    @Test
    void whatDoesNotAlwaysRunIsOne() {
        assertThat(faults("`GoodTest#runsAtTimes`")).containsExactly("`GoodTest#runsAtTimes`: does not always run");
        assertThat(faults("`GoodTest#sleeps`")).containsExactly("`GoodTest#sleeps`: does not always run");
        assertThat(faults("`AtTimesIT#runs`")).containsExactly("`AtTimesIT#runs`: the class does not always run");
        assertThat(faults("`Helper#holds`")).containsExactly("`Helper#holds`: Maven runs no class of that name");
    }

    @Test
    void whatIsNoTestOrNotThereIsOne() {
        assertThat(faults("by hand")).containsExactly("no test is named");
        assertThat(faults("`GoodTest`")).containsExactly("`GoodTest`: a whole class; name the methods");
        assertThat(faults("`GoodTest#called`")).containsExactly("`GoodTest#called`: the method is no test");
        assertThat(faults("`GoodTest#gone`")).containsExactly("`GoodTest#gone`: there is no such method");
        assertThat(faults("`GoneTest#runs`")).containsExactly("`GoneTest#runs`: there is no such class");
        assertThat(faults("`GoodTest#runs`, `GoneTest#runs`")).hasSize(1);
    }

    private List<String> faults(String cell) {
        return tests.faults("| what they promise | what we do | " + cell, false);
    }
}
