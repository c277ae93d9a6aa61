package io.understudy.replica.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replica.command.RejoinCommand.Rejoined;
import io.understudy.replica.kept.GonePart;
import io.understudy.repository.SnapshotId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an operator reads of what an orphan lacks. */
class RejoinedTextTest {
    @Test
    void eachPartThatIsNotInTheOrphanIsNamedWithWhereItIs() {
        Rejoined rejoined = new Rejoined(
                "example",
                false,
                Optional.of(new SnapshotId(1, 2)),
                false,
                Optional.of(new SnapshotId(1, 1)),
                Optional.empty(),
                List.of(
                        new GonePart("database", false),
                        new GonePart("database shop", true),
                        new GonePart("what commands restore as search", false)),
                List.of());

        assertThat(rejoined.text())
                .contains(
                        "warning: database is not kept; the orphan has it",
                        "warning: what database shop had is not in the orphan: where an import replaced it, it lies next to"
                                + " it for its owner (docs/other-databases.md)",
                        "warning: what commands restore as search is not kept; the orphan has it");
    }
}
