package io.understudy.databases;

import io.understudy.config.OtherRows;
import java.util.List;
import java.util.Optional;

/** Changes a restored schema by the rules of this standby. It is dropped and restored again where one fails. */
final class MariadbChanges {
    private static final String HINT = "correct the file; what is live was not touched";

    /** Whatever the file began is to stay. */
    private static final String END = "\n;\nCOMMIT;\n";

    private final MariadbClient client;
    private final OtherRows rows;

    MariadbChanges(MariadbClient client, OtherRows rows) {
        this.client = client;
        this.rows = rows;
    }

    /** @return what they are; empty: none */
    String identity() {
        return script().map(AfterLoad::hash).orElse("");
    }

    private Optional<AfterLoad> script() {
        return rows.afterLoad().map(AfterLoad::read).map(AfterLoad::requireOneSchema);
    }

    /** @param schema that was restored, with its views, triggers and routines */
    void make(String schema) {
        script().ifPresent(script -> client.programs()
                .change(
                        script.what(),
                        HINT,
                        client.client(List.of("--init-command=" + MariadbClient.PATIENCE.strip(), schema)),
                        script.sql() + END));
    }
}
