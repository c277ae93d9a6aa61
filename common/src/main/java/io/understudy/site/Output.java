package io.understudy.site;

import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import java.util.List;

/** What a command said, for people. */
final class Output {
    private static final int LONGEST = 200;

    private Output() {}

    /** {@code systemctl restart site ended with 5: Unit site.service not found.} */
    static String ending(Command command, CommandResult result) {
        String ending = command + " ended with " + result.exitCode();
        String said = last(result.errors().isBlank() ? result.output() : result.errors());
        return said.isEmpty() ? ending : ending + ": " + said;
    }

    /** All lines that are not blank, standard output first. */
    static List<String> lines(CommandResult result) {
        return (result.output() + "\n" + result.errors())
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }

    private static String last(String text) {
        List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
        String line = lines.isEmpty() ? "" : lines.get(lines.size() - 1).strip();
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }
}
