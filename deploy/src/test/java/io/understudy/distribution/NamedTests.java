package io.understudy.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The tests that pages name in backquotes, {@code Class} or {@code Class#method}, looked up in the sources of all
 * modules. A method counts only where Maven runs it: it is annotated as a test, its class has the ending of a test, and
 * nothing switches one of them off.
 */
final class NamedTests {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern NAME = Pattern.compile("`(\\w+)(?:[#.](\\w+))?`");
    private static final Pattern SUPERCLASS =
            Pattern.compile("(?m)^(?:[a-z]+ )*class \\w+(?:<[^>{]*>)? extends (\\w+)");
    private static final Pattern TEST =
            Pattern.compile("@(Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate)\\b");
    private static final Pattern SWITCHED_OFF = Pattern.compile("@(Disabled|EnabledIf|DisabledIf)\\w*");

    private final Map<String, List<String>> sources;

    /** @param sources by the names of classes; two modules may have a class of one name */
    NamedTests(Map<String, List<String>> sources) {
        this.sources = sources;
    }

    static NamedTests ofAllModules() throws IOException {
        Map<String, List<String>> sources = new HashMap<>();
        for (String module : List.of("common", "agent-primary", "agent-replica", "deploy")) {
            try (Stream<Path> all = Files.walk(ROOT.resolve(module + "/src/test/java"))) {
                for (Path file :
                        all.filter(each -> each.toString().endsWith(".java")).toList()) {
                    sources.computeIfAbsent(
                                    file.getFileName().toString().replace(".java", ""), name -> new ArrayList<>())
                            .add(Files.readString(file));
                }
            }
        }
        return new NamedTests(sources);
    }

    /** The rows of a page's tables whose last column is {@code shown by}, each without the bar at its end. */
    static List<String> rows(String page) throws IOException {
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

    /** What is wrong with what the row's last cell names; empty where all of it runs. */
    List<String> faults(String row, boolean wholeClasses) {
        String[] cells = row.split(" \\| ");
        List<MatchResult> names =
                NAME.matcher(cells[cells.length - 1]).results().toList();
        List<String> faults = new ArrayList<>();
        if (names.isEmpty()) {
            faults.add("no test is named");
        }
        for (MatchResult name : names) {
            fault(name.group(1), Optional.ofNullable(name.group(2)), wholeClasses)
                    .ifPresent(fault -> faults.add(name.group() + ": " + fault));
        }
        return faults;
    }

    private Optional<String> fault(String named, Optional<String> method, boolean wholeClasses) {
        List<String> classes = sources.getOrDefault(named, List.of());
        if (classes.isEmpty()) {
            return Optional.of("there is no such class");
        }
        if (method.isEmpty()) {
            return wholeClasses ? Optional.empty() : Optional.of("a whole class; name the methods");
        }
        // A contract runs in the classes that extend it.
        if (!named.matches("\\w+(Test|IT|Contract)")) {
            return Optional.of("Maven runs no class of that name");
        }
        Optional<String> last = Optional.empty();
        for (String source : classes) {
            last = faultIn(source, method.get());
            if (last.isEmpty()) {
                return last;
            }
        }
        return last;
    }

    private Optional<String> faultIn(String source, String method) {
        if (annotations(source, "(?:[a-z]+ )*class \\w+", "")
                .filter(SWITCHED_OFF.asPredicate())
                .isPresent()) {
            return Optional.of("the class does not always run");
        }
        Optional<String> found = annotations(source, ".*\\b" + method + "\\(.*", " {4}");
        if (found.isEmpty()) {
            Matcher above = SUPERCLASS.matcher(source);
            if (above.find()) {
                return inherited(above.group(1), method);
            }
            return Optional.of("there is no such method");
        }
        if (!TEST.matcher(found.get()).find()) {
            return Optional.of("the method is no test");
        }
        return SWITCHED_OFF.matcher(found.get()).find() ? Optional.of("does not always run") : Optional.empty();
    }

    /** The tests of a contract run in each class that extends it. */
    private Optional<String> inherited(String named, String method) {
        Optional<String> last = Optional.of("there is no such method");
        for (String source : sources.getOrDefault(named, List.of())) {
            last = faultIn(source, method);
            if (last.isEmpty()) {
                return last;
            }
        }
        return last;
    }

    /** The lines between a declaration and what comes before it; empty where there is no such declaration. */
    private static Optional<String> annotations(String source, String declaration, String indent) {
        List<String> lines = source.lines().toList();
        Pattern declared = Pattern.compile(indent + "(?![ @*/])" + declaration + "(?s:.*)");
        Pattern before = Pattern.compile(indent + "(\\}(?!\\))|[^ @*/)}].*[;{]$).*|[^ ].*;");
        for (int i = 0; i < lines.size(); i++) {
            if (declared.matcher(lines.get(i)).matches()) {
                int first = i;
                while (first > 0 && !before.matcher(lines.get(first - 1)).matches()) {
                    first--;
                }
                return Optional.of(String.join("\n", lines.subList(first, i)));
            }
        }
        return Optional.empty();
    }
}
