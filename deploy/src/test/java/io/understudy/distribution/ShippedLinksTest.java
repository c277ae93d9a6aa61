package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What the archive's pages and the agents' messages point to is in the archive. Where each file of it comes from is
 * read from its assembly.
 */
class ShippedLinksTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path DEPLOY = ROOT.resolve("deploy");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(#[^)]*)?\\)");
    private static final Pattern PAGE = Pattern.compile("[\\w./-]*\\w\\.md\\b");
    private static final Pattern LITERAL = Pattern.compile("\"(?:[^\"\\\\\n]|\\\\.)*\"");
    private static final Pattern SHIPPED_FOLDER =
            Pattern.compile("<directory>([a-z]+)</directory>\\s*<outputDirectory>\\1</outputDirectory>");

    @Test
    void everyLinkOfAShippedPageLeadsToAShippedFile() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : pages()) {
            LINK.matcher(Files.readString(page))
                    .results()
                    .map(link -> link.group(1))
                    .filter(target -> !isShipped(inArchive(page).resolveSibling(target)))
                    .forEach(target -> broken.add(inArchive(page) + " -> " + target));
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void everyPageThatAMessageNamesIsShipped() throws IOException {
        List<String> named = new ArrayList<>();
        for (String module : List.of("common", "agent-primary", "agent-replica")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module + "/src/main/java"))) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".java")).toList()) {
                    String literals = LITERAL.matcher(Files.readString(file))
                            .results()
                            .map(literal -> literal.group())
                            .collect(Collectors.joining("\n"));
                    PAGE.matcher(literals).results().map(page -> page.group()).forEach(named::add);
                }
            }
        }
        assertThat(named).isNotEmpty().allMatch(page -> isShipped(Path.of(page)));
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.list(DEPLOY.resolve("docs")).filter(Files::isRegularFile)) {
            return Stream.concat(
                            Stream.of(DEPLOY.resolve("src/main/assembly/README.md"), ROOT.resolve("CHANGELOG.md")),
                            docs)
                    .toList();
        }
    }

    private static Path inArchive(Path page) {
        return page.startsWith(DEPLOY.resolve("docs")) ? DEPLOY.relativize(page) : page.getFileName();
    }

    private static boolean isShipped(Path inArchive) {
        Path path = inArchive.normalize();
        if (path.equals(Path.of("README.md")) || path.equals(Path.of("CHANGELOG.md"))) {
            return true;
        }
        return shippedFolders().contains(path.getName(0).toString()) && Files.exists(DEPLOY.resolve(path));
    }

    private static List<String> shippedFolders() {
        try {
            return SHIPPED_FOLDER
                    .matcher(Files.readString(DEPLOY.resolve("src/main/assembly/distribution.xml")))
                    .results()
                    .map(folder -> folder.group(1))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
