package io.understudy.rehearsal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A page of the docs, whose commands a test types as they stand there. */
public record RunbookPage(String text) {
    /** @param name of a file in {@code docs} */
    public static RunbookPage of(String name) {
        try {
            return new RunbookPage(Files.readString(Path.of("docs", name)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The commands of a block under a heading, from 0 on, without the remarks behind them. */
    public List<String> commands(String heading, int block) {
        return section(heading)
                .split("```")[2 * block + 1]
                .lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private String section(String heading) {
        return text.split("(?m)^#+ " + heading + "$", 2)[1].split("(?m)^#+ ", 2)[0];
    }
}
