package io.understudy.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An operator reads plain technical English: some words that a reader of English as a second language stumbles over are
 * used nowhere.
 */
class WordsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** The user {@code nobody}, in backticks on a page, is a name. */
    static final Pattern FORBIDDEN = Pattern.compile(
            "\\b(?:anew|hears|whoever|for ever|forever|vouch\\w*|superfluous|goes round|stands still|becomes of)\\b|\\bnobody\\b(?!`)",
            Pattern.CASE_INSENSITIVE);

    @ParameterizedTest
    @MethodSource("pages")
    void aPageHasNoForbiddenWord(Path page) throws IOException {
        List<String> lines = handWritten(Files.readString(page)).lines().toList();

        assertThat(IntStream.range(0, lines.size())
                        .filter(line -> FORBIDDEN.matcher(lines.get(line)).find())
                        .mapToObj(line -> (line + 1) + ": " + lines.get(line)))
                .isEmpty();
    }

    @Test
    void aMessageAndItsHintHaveNoForbiddenWord() throws IOException {
        assertThat(Messages.all())
                .hasSizeGreaterThan(100)
                .filteredOn(each ->
                        FORBIDDEN.matcher(each.message() + "\n" + each.hint()).find())
                .isEmpty();
    }

    @Test
    void aLineOfTheLogHasNoForbiddenWord() throws IOException {
        assertThat(Messages.logLines())
                .hasSizeGreaterThan(30)
                .filteredOn(each -> FORBIDDEN.matcher(each.text()).find())
                .isEmpty();
    }

    @Test
    void aForbiddenWordIsFoundAndAPartOfAnotherOrANameIsNot() {
        assertThat(List.of("Anew.", "who vouches", "for ever", "what becomes of it", "nobody does"))
                .allSatisfy(text -> assertThat(FORBIDDEN.matcher(text).find()).isTrue());
        assertThat(List.of("a new one", "`nobody`", "isWrittenAnew", "forevermore"))
                .allSatisfy(text -> assertThat(FORBIDDEN.matcher(text).find()).isFalse());
    }

    /** What a test writes from the sources is left out, as empty lines: its words are those of the sources. */
    private static String handWritten(String page) {
        return Pattern.compile("(?s)<!-- generated from the code: begin -->.*?<!-- generated from the code: end -->")
                .matcher(page)
                .replaceAll(generated -> generated.group().replaceAll("[^\\n]", ""));
    }

    static List<Path> pages() throws IOException {
        List<Path> all = new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CHANGELOG.md")));
        for (String folder : List.of("docs", "prometheus", "grafana", "conf", "compose")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve("deploy").resolve(folder))) {
                files.filter(Files::isRegularFile).sorted().forEach(all::add);
            }
        }
        return all;
    }
}
