package io.understudy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The findings as Markdown, and their place in a document. */
record Table(List<String> about, List<Finding> findings) {
    static final String BEGIN = "<!-- measured by deploy/bench: begin -->";
    static final String END = "<!-- measured by deploy/bench: end -->";

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

    /**
     * Puts the table between the marks, each a line of its own.
     *
     * @throws IllegalStateException when the document does not have both
     */
    String placedIn(String document) {
        int begin = document.indexOf(BEGIN + "\n");
        int end = document.indexOf(END + "\n", Math.max(begin, 0));
        if (begin < 0 || end < 0) {
            throw new IllegalStateException("there is no place for the table: a line " + BEGIN + " and a line " + END);
        }
        return document.substring(0, begin + BEGIN.length() + 1) + text() + document.substring(end);
    }

    void write(Path document) throws IOException {
        Files.writeString(document, placedIn(Files.readString(document)));
    }
}
