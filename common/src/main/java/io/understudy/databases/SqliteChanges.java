package io.understudy.databases;

import io.understudy.config.OtherRows;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Changes a restored file by the rules of this standby. It is restored again where one fails. What the schema of a
 * snapshot runs may call no function that reaches beyond the file.
 */
final class SqliteChanges {
    private static final String HINT = "correct the file; what is live was not touched";

    /** Fails where the file left a transaction open, which would be lost. */
    private static final String END = "\n;\nBEGIN; COMMIT;\n";

    private final Programs programs;
    private final String program;
    private final OtherRows rows;

    SqliteChanges(Programs programs, String program, OtherRows rows) {
        this.programs = programs;
        this.program = program;
        this.rows = rows;
    }

    /** @return what they are; empty: none */
    String identity() {
        return script().map(AfterLoad::hash).orElse("");
    }

    private Optional<AfterLoad> script() {
        return rows.afterLoad().map(AfterLoad::read);
    }

    void make(Path copy) {
        script().ifPresent(script -> programs.change(
                script.what(),
                HINT,
                List.of(program, "-batch", "-bail", "-cmd", "PRAGMA trusted_schema = OFF", copy.toString()),
                script.sql() + END));
    }
}
