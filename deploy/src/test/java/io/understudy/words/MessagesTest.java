package io.understudy.words;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Event;
import io.understudy.events.EventText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code deploy/docs/messages.md} is the catalogue of all messages by error code, of all events and of the other lines of
 * the log; {@code -Dunderstudy.rewrite=true} writes it.
 */
class MessagesTest {
    private static final Path PAGE = Path.of("docs/messages.md");
    private static final String MARK = "<!-- generated from the code: begin -->\n";
    private static final String END = "<!-- generated from the code: end -->\n";

    @Test
    void thePageListsAllMessagesAndEvents() throws IOException {
        String page = Files.readString(PAGE);
        String wanted = page.substring(0, page.indexOf(MARK) + MARK.length()) + table() + events() + logLines() + END;
        if (Boolean.getBoolean("understudy.rewrite")) {
            Files.writeString(PAGE, wanted);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(wanted);
    }

    @Test
    void aMessageAndAHintAreSentencesWithoutACapitalOrAFullStop() throws IOException {
        assertThat(Messages.all()).hasSizeGreaterThan(100).allSatisfy(each -> {
            assertThat(each.message()).doesNotEndWith(".").doesNotMatch("^[A-Z][a-z].*");
            assertThat(each.hint()).isNotBlank().doesNotEndWith(".").doesNotMatch("^(The|A|An|This|Your|Use|Run) .*");
        });
    }

    private static String table() throws IOException {
        Map<String, List<Message>> byCode = Messages.all().stream()
                .filter(each -> !each.code().equals("…"))
                .collect(Collectors.groupingBy(each -> each.code().toLowerCase(), TreeMap::new, Collectors.toList()));
        StringBuilder text = new StringBuilder();
        byCode.forEach((code, messages) -> {
            text.append("\n### ").append(code).append("\n\n| message | hint |\n| --- | --- |\n");
            messages.stream()
                    .map(each -> "| " + cell(each.message()) + " | " + cell(each.hint()) + " |\n")
                    .distinct()
                    .forEach(text::append);
        });
        return text.append('\n').toString();
    }

    private static String events() {
        StringBuilder text = new StringBuilder("## Events\n\n| code | severity | text |\n| --- | --- | --- |\n");
        EventsTest.kinds().forEach(kind -> {
            EventText event = kind.getAnnotation(EventText.class);
            String hint = event.hint().isEmpty() ? "" : "; hint: " + event.hint();
            text.append("| `" + Event.codeOf(kind) + "` | "
                    + event.severity().name().toLowerCase(Locale.ROOT) + " | " + cell(event.value() + hint) + " |\n");
        });
        return text.append('\n').toString();
    }

    private static String logLines() throws IOException {
        StringBuilder text =
                new StringBuilder("## Other lines of the log\n\n| class | level | text |\n| --- | --- | --- |\n");
        Messages.logLines()
                .forEach(line -> text.append(
                        "| `" + line.source() + "` | " + line.level() + " | " + cell(line.text()) + " |\n"));
        return text.append('\n').toString();
    }

    private static String cell(String text) {
        return text.replace("\n", " ").replace("|", "\\|").replace("<", "&lt;").strip();
    }
}
