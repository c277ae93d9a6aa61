package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.understudy.cli.Terminal;
import io.understudy.failure.ErrorCode;
import io.understudy.metrics.Metric;
import io.understudy.primary.command.PrimaryCli;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.progress.CrashPoint;
import io.understudy.replica.command.ReplicaCli;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.restore.RestorePoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class DocumentationTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern ANCHORED = Pattern.compile("]\\(([^)#:]*)#([^)]+)\\)");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(#[^)]*)?\\)");

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsToAFile(Path page) throws IOException {
        List<String> broken = LINK.matcher(Files.readString(page))
                .results()
                .map(link -> link.group(1))
                .filter(target -> !Files.exists(page.resolveSibling(target)))
                .toList();

        assertThat(broken).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsToAHeadingThatIsThere(Path page) throws IOException {
        List<String> broken = new ArrayList<>();
        for (MatchResult link :
                ANCHORED.matcher(Files.readString(page)).results().toList()) {
            Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
            if (target.toString().endsWith(".md") && !anchors(target).contains(link.group(2))) {
                broken.add(link.group());
            }
        }
        assertThat(broken).isEmpty();
    }

    /** As GitHub makes them of headings: https://docs.github.com (basic writing and formatting syntax). */
    private static Set<String> anchors(Path page) throws IOException {
        String text = Files.readString(page);
        Set<String> anchors = new TreeSet<>();
        Pattern.compile("(?m)^#+ (.*)$")
                .matcher(text)
                .results()
                .map(heading -> heading.group(1).replaceAll("[^\\w\\- ]", ""))
                .forEach(heading -> anchors.add(heading.toLowerCase(Locale.ROOT).replace(' ', '-')));
        Pattern.compile("id=\"([^\"]+)\"").matcher(text).results().forEach(id -> anchors.add(id.group(1)));
        return anchors;
    }

    @Test
    void everyMetricIsExplainedAndNoOther() throws IOException {
        Matcher names = Pattern.compile("(?m)^\\| `(understudy_[a-z_]+)`")
                .matcher(Files.readString(ROOT.resolve("deploy/docs/monitoring.md")));

        assertThat(names.results().map(name -> name.group(1)))
                .containsExactlyElementsOf(
                        Arrays.stream(Metric.values()).map(Metric::exported).toList());
    }

    @Test
    void everyCrashPointIsExplainedInItsOrderAndNoOther() throws IOException {
        Matcher labels = Pattern.compile("(?m)^\\| `((?:primary|replica|restore)/[a-z0-9-]+)` \\| [^|]+ \\| [^|]+ \\|$")
                .matcher(Files.readString(ROOT.resolve("deploy/docs/crash-points.md")));
        Stream<CrashPoint> all = Stream.<CrashPoint[]>of(
                        PrimaryPoint.values(), ReplicaPoint.values(), RestorePoint.values())
                .flatMap(Arrays::stream);

        assertThat(labels.results().map(label -> label.group(1)))
                .containsExactlyElementsOf(all.map(CrashPoint::label).toList());
    }

    @Test
    void everyAlertIsExplainedAndNoOther() throws IOException {
        assertThat(names("`(Understudy[A-Z]\\w+)`", "deploy/docs/monitoring.md"))
                .isEqualTo(names("- alert: (\\w+)", "deploy/prometheus/understudy.rules.yml"));
    }

    /** What an operator copies at three in the morning must be a command, with options that it has. */
    @ParameterizedTest
    @MethodSource("pages")
    void everyCommandLineIsOneThatTheAgentsTake(Path page) throws IOException {
        Matcher blocks = Pattern.compile("(?s)```\\n(.*?)```").matcher(Files.readString(page));
        Matcher lines = Pattern.compile(
                        "(?m)^(?:docker compose (?:run --rm|exec) \\S+ )?agent-(primary|replica) ([^#|>\\n]+)")
                .matcher(blocks.results().map(block -> block.group(1)).collect(Collectors.joining("\n")));

        assertThat(lines.results()).allSatisfy(line -> {
            CommandLine agent = (line.group(1).equals("primary")
                            ? new PrimaryCli(Terminal.system())
                            : new ReplicaCli(Terminal.system()))
                    .commandLine();
            assertThatCode(() -> agent.parseArgs(line.group(2).strip().split("\\s+")))
                    .as(line.group())
                    .doesNotThrowAnyException();
        });
    }

    /** Picocli learns of a command by the name that is derived from its class. */
    @Test
    void eachCommandIsCalledWhatItsClassSays() {
        assertThat(Stream.of(new PrimaryCli(Terminal.system()), new ReplicaCli(Terminal.system())))
                .flatExtracting(agent -> agent.commandLine().getSubcommands().entrySet())
                .isNotEmpty()
                .allSatisfy(command ->
                        assertThat(command.getValue().getCommandName()).isEqualTo(command.getKey()));
    }

    @Test
    void theRunbookFitsOnOneScreenAndNamesErrorsThatExist() throws IOException {
        String page = Files.readString(ROOT.resolve("deploy/docs/failover.md"));
        String runbook = page.substring(page.indexOf("## The runbook"), page.indexOf("## Before the day"));

        assertThat(runbook.lines().count()).isLessThanOrEqualTo(40);
        assertThat(Pattern.compile("(?m)^\\| (`[^|]*`) \\|")
                        .matcher(runbook)
                        .results()
                        .flatMap(row -> Stream.of(row.group(1).replace("`", "").split(", "))))
                .isNotEmpty()
                .allSatisfy(code -> assertThat(ErrorCode.values())
                        .extracting(ErrorCode::label)
                        .contains(code));
    }

    private static Set<String> names(String pattern, String file) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(ROOT.resolve(file)))
                .results()
                .map(name -> name.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static Stream<Path> pages() throws IOException {
        return Stream.concat(
                Stream.of(ROOT.resolve("README.md"), ROOT.resolve("CHANGELOG.md")),
                Files.list(ROOT.resolve("deploy/docs")).filter(Files::isRegularFile));
    }
}
