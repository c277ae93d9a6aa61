package io.understudy.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code deploy/docs/state.md} is the list of state files; {@code -Dunderstudy.rewrite=true} writes it again. */
class StateEntryTest {
    private static final String HEAD = """
            # The state folder

            Both agents of a server keep what they know in one folder, `state` in the configuration. Each file and folder has one writer at a time, is written as a whole, and is on disk before the agent acts upon it. The files that end
            in `.json` say their `format` and carry a `check` over their content; one that is damaged, or that another version wrote, is named in an error (`state_damaged`, `format_unknown`) with what to do, and never guessed at.
            Where the agent "continues", it logs a warning and works as if the file was not there. Back up nothing of it: after a loss the table says what happens.

            In the folder `.understudy` of each tree lie, in the file system of the tree, `stage/<apply>/` (new files next to their targets) and `undo/<apply>/` (what an import replaced); of an old primary, until `rejoin` has saved it, `kept/` (links to the files of before the first import over it). An apply has a number and its snapshot's name; the
            plans in `stage/` of the state folder have the same names.

            """;

    @Test
    void operatorsReferenceListsEveryEntry() throws IOException {
        Path page = Path.of("../deploy/docs/state.md");
        String expected =
                HEAD + Stream.of(Owner.values()).map(StateEntryTest::table).collect(Collectors.joining("\n"));
        if (Boolean.getBoolean("understudy.rewrite")) {
            Files.writeString(page, expected);
        }
        assertThat(Files.readString(page)).isEqualTo(expected);
    }

    @Test
    void namesAreTheirOwn() {
        assertThat(Arrays.stream(StateEntry.values()).map(StateEntry::fileName)).doesNotHaveDuplicates();
    }

    /** The list is complete only when no other class names a file of the state folder. */
    @Test
    void noOtherClassNamesAFileOfTheStateFolder() throws IOException {
        Pattern named = Pattern.compile("(?i)\\bstate(\\(\\))?\\s*\\.resolve\\(");
        for (String module : List.of("common", "agent-primary", "agent-replica")) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
                for (Path file : files.filter(Files::isRegularFile)
                        .filter(each -> !each.endsWith("StateEntry.java"))
                        .toList()) {
                    assertThat(Files.readString(file)).as(file.toString()).doesNotContainPattern(named);
                }
            }
        }
    }

    private static String table(Owner owner) {
        String title = switch (owner) {
            case BOTH -> "Of both agents";
            case PRIMARY -> "Of the primary";
            case REPLICA -> "Of the standby";
        };
        return "## " + title
                + "\n\n| name | what it is for | when it is damaged | when it is lost |\n| --- | --- | --- | --- |\n"
                + Arrays.stream(StateEntry.values())
                        .filter(entry -> entry.owner() == owner)
                        .map(entry -> "| `%s` | %s | %s | %s |\n"
                                .formatted(entry.fileName(), entry.purpose(), damaged(entry), entry.whenLost()))
                        .collect(Collectors.joining());
    }

    private static String damaged(StateEntry entry) {
        if (entry.format() == 0) {
            return "";
        }
        return switch (entry.loss()) {
            case STOPS -> "error";
            case COSTS -> "continues";
            case COUNTS -> "counts as it is";
        };
    }
}
