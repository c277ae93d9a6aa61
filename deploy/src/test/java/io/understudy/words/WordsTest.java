package io.understudy.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An operator reads plain technical English: some words that a reader of English as a second language stumbles over are
 * used nowhere, neither in what an operator reads nor in comments and names of the code.
 */
class WordsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** The user {@code nobody}, in backticks on a page or in quotes in the code, is a name. */
    private static final Pattern FORBIDDEN = Pattern.compile(
            "\\b(?:anew|told|tells?|telling|hears?|whoever|meanwhile|beside|for ever|forever|vouch\\w*|superfluous|"
                    + "go(?:es)? round|went round|stands? still|stood still|becomes? of|believe[sd]?|in vain|"
                    + "c[ao]mes? out otherwise|yours to|troubles?)\\b|\\bnobody\\b(?![`\"])",
            Pattern.CASE_INSENSITIVE);

    /** Joins sentences that a line of code, a comment or a page breaks. */
    private static final Pattern BREAK = Pattern.compile("\"\\s*\\+\\s*\"|\\s*\\n\\s*(?:\\*(?!/)|//|#)?\\s*");

    private static final Pattern COMMENT = Pattern.compile("^\\s*(?:\\*|//|/\\*)");

    @ParameterizedTest
    @ValueSource(strings = {"proto", "common", "agent-primary", "agent-replica", "deploy"})
    void noFileOfAModuleHasAForbiddenWord(String module) throws IOException {
        List<Path> files = files(ROOT.resolve(module));

        assertThat(files).isNotEmpty().flatMap(WordsTest::forbidden).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "CHANGELOG.md", "pom.xml"})
    void aPageHasNoForbiddenWord(String page) {
        assertThat(forbidden(ROOT.resolve(page))).isEmpty();
    }

    @Test
    void pagesScriptsSourcesUnitsAndRulesAreLookedAt() throws IOException {
        assertThat(files(ROOT.resolve("deploy")))
                .extracting(file -> ROOT.resolve("deploy").relativize(file).toString())
                .contains(
                        "docs/messages.md",
                        "demo",
                        "bin/agent",
                        "conf/primary.yaml",
                        "systemd/understudy-replica.service",
                        "systemd/understudy-shutdown.service",
                        "prometheus/understudy.rules.yml",
                        "grafana/understudy.json",
                        "src/main/java/io/understudy/demo/Play.java");
    }

    @ParameterizedTest
    @CsvSource({
        "Anew., Anew",
        "'never \n     * told', told",
        "'\"stored for \"\n + \"ever\"', for ever",
        "'# what\n# becomes\n# of it', becomes of",
        "nobody does, nobody",
    })
    void aForbiddenWordIsFoundAlsoAcrossLines(String text, String word) {
        assertThat(found(text)).singleElement().asString().contains(word);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a new one", "`nobody`", "\"nobody\"", "isWrittenAnew", "forevermore", "besides"})
    void aPartOfAnotherWordOrANameIsNot(String text) {
        assertThat(found(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"common", "agent-primary", "agent-replica", "deploy"})
    void aCommentEndsAtColumn120(String module) throws IOException {
        assertThat(sources(module))
                .isNotEmpty()
                .flatMap(WordsTest::longComments)
                .isEmpty();
    }

    /** Later compilers warn of one that no declaration follows, and a warning ends the build. */
    @ParameterizedTest
    @ValueSource(strings = {"common", "agent-primary", "agent-replica", "deploy"})
    void aDocumentationCommentIsNotFollowedByAnother(String module) throws IOException {
        assertThat(sources(module))
                .isNotEmpty()
                .allSatisfy(file -> assertThat(Files.readString(file)).doesNotContainPattern("\\*/\\s*/\\*\\*"));
    }

    private static List<Path> sources(String module) throws IOException {
        try (Stream<Path> walk = Files.walk(ROOT.resolve(module).resolve("src"))) {
            return walk.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    private static List<String> longComments(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.length() > 120 && COMMENT.matcher(line).find())
                    .map(line -> ROOT.relativize(file) + ": " + line.strip())
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> forbidden(Path file) {
        try {
            // Bytes as characters: no file, whatever it holds, can fail to be read, and the words are ASCII.
            return found(Files.readString(file, StandardCharsets.ISO_8859_1)).stream()
                    .map(context -> ROOT.relativize(file) + ": " + context)
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Each word with the text around it. */
    private static List<String> found(String text) {
        String joined = BREAK.matcher(text).replaceAll(found -> found.group().startsWith("\"") ? "" : " ");
        return FORBIDDEN
                .matcher(joined)
                .results()
                .map(hit -> joined.substring(Math.max(0, hit.start() - 40), Math.min(joined.length(), hit.end() + 40)))
                .toList();
    }

    /** All that people wrote, without tests and without what a build makes. */
    private static List<Path> files(Path module) throws IOException {
        try (Stream<Path> walk = Files.walk(module)) {
            return walk.filter(file ->
                            !file.startsWith(module.resolve("target")) && !file.startsWith(module.resolve("src/test")))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        }
    }
}
