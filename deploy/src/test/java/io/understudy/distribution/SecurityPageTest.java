package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The threat model, and what other systems promise: each of their rows names tests that are there. */
class SecurityPageTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern NAME = Pattern.compile("`(\\w+)(?:[#.](\\w+))?`");

    @ParameterizedTest
    @ValueSource(strings = {"security.md", "coming-from.md"})
    void eachRowNamesTestsThatExist(String page) throws IOException {
        Map<String, List<Path>> sources = testSources();
        List<String> wrong = new ArrayList<>();
        List<String> rows = rows(page);
        for (String row : rows) {
            String[] cells = row.split(" \\| ");
            List<MatchResult> names =
                    NAME.matcher(cells[cells.length - 1]).results().toList();
            if (names.isEmpty()) {
                wrong.add("no test: " + row);
            }
            for (MatchResult name : names) {
                List<Path> source = sources.getOrDefault(name.group(1), List.of());
                if (source.isEmpty()) {
                    wrong.add("no class " + name.group());
                } else if (name.group(2) != null && !hasMethod(source, name.group(2))) {
                    wrong.add("no method " + name.group());
                }
            }
        }

        assertThat(wrong).isEmpty();
        assertThat(rows).hasSizeGreaterThan(25);
    }

    /** Two modules may have a class of one name. */
    private static boolean hasMethod(List<Path> sources, String method) throws IOException {
        Pattern declaration = Pattern.compile("\\bvoid " + method + "\\(");
        for (Path source : sources) {
            if (declaration.matcher(Files.readString(source)).find()) {
                return true;
            }
        }
        return false;
    }

    /** Of the tables whose last column is {@code shown by}. */
    private static List<String> rows(String page) throws IOException {
        List<String> rows = new ArrayList<>();
        boolean inTable = false;
        for (String line : Files.readAllLines(ROOT.resolve("deploy/docs").resolve(page))) {
            boolean header = line.matches("\\|.*\\| shown by \\|");
            inTable = header || inTable && line.startsWith("|");
            if (inTable && !header && !line.startsWith("| ---")) {
                rows.add(line.replaceAll(" \\|$", ""));
            }
        }
        return rows;
    }

    private static Map<String, List<Path>> testSources() throws IOException {
        Map<String, List<Path>> sources = new HashMap<>();
        for (String module : List.of("common", "agent-primary", "agent-replica", "deploy")) {
            try (Stream<Path> all = Files.walk(ROOT.resolve(module + "/src/test/java"))) {
                all.filter(file -> file.toString().endsWith(".java"))
                        .forEach(file -> sources.computeIfAbsent(className(file), name -> new ArrayList<>())
                                .add(file));
            }
        }
        return sources;
    }

    private static String className(Path source) {
        return source.getFileName().toString().replace(".java", "");
    }
}
