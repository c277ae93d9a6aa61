package io.understudy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The findings as Markdown, and their place in a document. */
record Table(List<String> about, List<Finding> findings) {
    /** The place of a whole measurement. */
    static final String WHOLE = "deploy/bench";

    /** The place of the figures of moves. */
    static final String MOVES = "deploy/bench --only failover";

    Table {
        about = List.copyOf(about);
        findings = List.copyOf(findings);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append("| what | Understudy | compared with | result | at most | holds |\n");
        text.append("| --- | --- | --- | --- | --- | --- |\n");
        findings.forEach(finding -> text.append(finding.row()).append('\n'));
        if (!about.isEmpty()) {
            text.append('\n').append(String.join("\n", about)).append('\n');
        }
        return text.toString();
    }

    boolean holds() {
        return findings.stream().allMatch(Finding::holds);
    }

    static String begin(String place) {
        return "<!-- measured by " + place + ": begin -->\n";
    }

    static String end(String place) {
        return "<!-- measured by " + place + ": end -->\n";
    }

    /**
     * Puts the table between the marks, each a line of its own.
     *
     * @param place {@link #WHOLE} or {@link #MOVES}
     * @throws IllegalStateException when the document does not have both
     */
    String placedIn(String document, String place) {
        int begin = document.indexOf(begin(place));
        int end = document.indexOf(end(place), Math.max(begin, 0));
        if (begin < 0 || end < 0) {
            throw new IllegalStateException("there is no place for the table: a line "
                    + begin(place).strip() + " and a line " + end(place).strip());
        }
        return document.substring(0, begin + begin(place).length()) + text() + document.substring(end);
    }

    void write(Path document, String place) throws IOException {
        Files.writeString(document, placedIn(Files.readString(document), place));
    }
}
