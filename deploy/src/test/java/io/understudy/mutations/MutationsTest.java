package io.understudy.mutations;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.mutations.Mutation.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * That the mutations still mean something; whether the tests notice them is {@code deploy/mutations}'s to find out.
 * {@code deploy/docs/promises.md} is their list; {@code -Dunderstudy.rewrite=true} writes it again.
 */
class MutationsTest {
    private static final Path PAGE = Mutation.ROOT.resolve("deploy/docs/promises.md");
    private static final String MARK = "<!-- the pairs: written by MutationsTest -->\n";

    @Test
    void everyPromiseOfTheDesignHasAtLeastThreeMutations() throws IOException {
        String design = Files.readString(Mutation.ROOT.resolve("deploy/docs/design.md"));
        List<String> promises = Pattern.compile("(?m)^(\\d+)\\. \\*\\*(.+?)[.]\\*\\*")
                .matcher(design)
                .results()
                .map(found -> found.group(1) + " " + found.group(2))
                .toList();

        assertThat(Promise.all().stream().map(each -> each.number() + " " + each.title()))
                .containsExactlyElementsOf(promises)
                .hasSize(14);
        assertThat(Promise.all())
                .allSatisfy(each -> assertThat(each.mutations().size()).isGreaterThanOrEqualTo(3));
    }

    @ParameterizedTest
    @MethodSource("all")
    void changesOnePlaceOfCodeThatIsThere(Mutation mutation) {
        assertThat(mutation.old()).isNotEmpty();
        assertThat(mutation.occurrences()).as(mutation.name()).isOne();
        assertThat(mutation.broken()).isNotEqualTo(mutation.source());
        assertThat(mutation.source()).containsPattern("\\b" + mutation.keeper().method() + "\\(");
    }

    @ParameterizedTest
    @MethodSource("all")
    void namesATestThatIsThere(Mutation mutation) throws IOException {
        assertThat(withInherited(mutation.test()))
                .contains("void " + mutation.test().method() + "(");
    }

    /** The source of a test class, and those of the contracts that it keeps. */
    private static String withInherited(Member test) throws IOException {
        String own = Files.readString(test.file("test"));
        Matcher contract = Pattern.compile("class \\w+ extends (\\w+Contract) ").matcher(own);
        if (!contract.find()) {
            return own;
        }
        String packaged = test.type().substring(0, test.type().lastIndexOf('.') + 1) + contract.group(1);
        String shared = "io.understudy.testing." + contract.group(1);
        for (Member place : List.of(
                new Member(test.module(), packaged, test.method()), new Member("common", shared, test.method()))) {
            if (Files.exists(place.file("test"))) {
                own += withInherited(place);
            }
        }
        return own;
    }

    @Test
    void thePageListsThePairs() throws IOException {
        String page = Files.readString(PAGE);
        String wanted = page.substring(0, page.indexOf(MARK) + MARK.length()) + table();
        if (Boolean.getBoolean("understudy.rewrite")) {
            Files.writeString(PAGE, wanted);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(wanted);
    }

    private static String table() {
        List<String> lines = new ArrayList<>();
        for (Promise promise : Promise.all()) {
            lines.add("");
            lines.add("### " + promise.number() + ". " + promise.title());
            lines.add("");
            lines.add("| the code that keeps it | broken so that | is noticed by |");
            lines.add("| --- | --- | --- |");
            IntStream.range(0, promise.mutations().size()).forEach(i -> {
                Mutation each = promise.mutations().get(i);
                lines.add("| `" + each.keeper().simple() + "` | " + each.breaks() + " | `"
                        + each.test().simple() + "` |");
            });
        }
        return String.join("\n", lines) + "\n";
    }

    static Stream<Mutation> all() {
        return Promise.all().stream().flatMap(promise -> promise.mutations().stream());
    }
}
