package io.understudy.words;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Event;
import io.understudy.events.EventText;
import io.understudy.words.Message.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code deploy/docs/messages.md} is the catalogue of all messages: of failures by error code, then the other kinds,
 * then the events;
 * {@code -Dunderstudy.rewrite=true} writes it.
 */
class MessagesTest {
    private static final Path PAGE = Path.of("docs/messages.md");
    private static final String MARK = "<!-- generated from the code: begin -->\n";
    private static final String END = "<!-- generated from the code: end -->\n";

    private static final Map<Kind, String> TITLES = Map.of(
            Kind.FAULT, "What an import and a check find on this server",
            Kind.DISCREPANCY, "What a standby lacks",
            Kind.WARNING, "Warnings of the checks",
            Kind.PROBE, "Answers of /healthz and /readyz that are not ok",
            Kind.LOG, "Other lines of the log");

    private static final Pattern OBJECT_LAST =
            Pattern.compile("^(?:cannot (?:do|go on|say|tell|determine|understand|rely)|not done|it|there is)\\b");

    @Test
    void thePageListsAllMessagesAndEvents() throws IOException {
        String page = Files.readString(PAGE);
        String wanted = page.substring(0, page.indexOf(MARK) + MARK.length()) + tables() + events() + END;
        if (Boolean.getBoolean("understudy.rewrite")) {
            Files.writeString(PAGE, wanted);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(wanted);
    }

    @Test
    void aMessageAndAHintAreSentencesWithoutACapitalOrAFullStop() throws IOException {
        assertThat(Messages.all()).hasSizeGreaterThan(200).allSatisfy(each -> {
            assertThat(each.message()).doesNotEndWith(".").doesNotMatch("^[A-Z][a-z].*");
            assertThat(each.hint()).doesNotEndWith(".").doesNotMatch("^(The|A|An|This|Your|Use|Run) .*");
            assertThat(each.hint().isBlank()).isEqualTo(each.kind() == Kind.PROBE || each.kind() == Kind.LOG);
        });
    }

    @Test
    void eachKindOfMessageIsFound() throws IOException {
        assertThat(Messages.all()).extracting(Message::kind).contains(Kind.values());
        assertThat(Messages.failures())
                .extracting(Message::file)
                .as("the sources of both agents and of what they share")
                .contains("SnapshotRuns.java", "RepeatedPromotion.java", "Repository.java");
    }

    /** So that what failed is read first: the action and its object, or the object itself. */
    @Test
    void aMessageOfAFailureNamesItsObjectFirst() throws IOException {
        assertThat(Messages.failures())
                .filteredOn(each -> OBJECT_LAST.matcher(each.message()).find())
                .isEmpty();
        assertThat(List.of("cannot do this: no", "not done: no", "it is gone", "there is none", "cannot go on: no"))
                .allMatch(text -> OBJECT_LAST.matcher(text).find());
    }

    private static String tables() throws IOException {
        StringBuilder text = new StringBuilder();
        Map<String, List<Message>> byCode = Messages.failures().stream()
                .filter(each -> !each.code().equals("…"))
                .collect(Collectors.groupingBy(each -> each.code().toLowerCase(), TreeMap::new, Collectors.toList()));
        byCode.forEach((code, messages) -> {
            text.append("\n### ").append(code).append("\n\n| message | hint |\n| --- | --- |\n");
            rows(messages, each -> cell(each.message()) + " | " + cell(each.hint()), text);
        });
        for (Kind kind : List.of(Kind.FAULT, Kind.DISCREPANCY, Kind.WARNING)) {
            text.append("\n## ").append(TITLES.get(kind)).append("\n\n| ");
            text.append(kind == Kind.WARNING ? "check" : "code").append(" | message | hint |\n| --- | --- | --- |\n");
            rows(
                    of(kind),
                    each -> cell(each.code().toLowerCase()) + " | " + cell(each.message()) + " | " + cell(each.hint()),
                    text);
        }
        text.append("\n## ").append(TITLES.get(Kind.PROBE)).append("\n\n| answer |\n| --- |\n");
        rows(of(Kind.PROBE), each -> cell(each.message()), text);
        text.append("\n## ").append(TITLES.get(Kind.LOG)).append("\n\n| class | level | text |\n| --- | --- | --- |\n");
        of(Kind.LOG).stream()
                .sorted(Comparator.comparing(Message::file))
                .map(each -> "| `" + each.file().replace(".java", "") + "` | " + each.code() + " | "
                        + cell(each.message()) + " |\n")
                .forEach(text::append);
        return text.append('\n').toString();
    }

    private static String events() {
        StringBuilder text = new StringBuilder("## Events\n\n| code | severity | text |\n| --- | --- | --- |\n");
        // Compilers differ in the order in which they name the kinds.
        EventsTest.kinds().stream().sorted(Comparator.comparing(Event::codeOf)).forEach(kind -> {
            EventText event = kind.getAnnotation(EventText.class);
            String hint = event.hint().isEmpty() ? "" : "; hint: " + event.hint();
            text.append("| `" + Event.codeOf(kind) + "` | "
                    + event.severity().name().toLowerCase(Locale.ROOT) + " | " + cell(event.value() + hint) + " |\n");
        });
        return text.append('\n').toString();
    }

    private static List<Message> of(Kind kind) throws IOException {
        return Messages.all().stream().filter(each -> each.kind() == kind).toList();
    }

    private static void rows(List<Message> messages, Function<Message, String> row, StringBuilder text) {
        messages.stream()
                .filter(each -> each.kind() == Kind.FAILURE || !each.isOnlyValues())
                .map(each -> "| " + row.apply(each) + " |\n")
                .distinct()
                .forEach(text::append);
    }

    private static String cell(String text) {
        return text.replace("\n", " ").replace("|", "\\|").replace("<", "&lt;").strip();
    }
}
