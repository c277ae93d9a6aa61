package io.understudy.replica.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.HostPort;
import io.understudy.config.Settings;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.fakes.AgentSettings;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamesDueTest {
    @TempDir
    Path folder;

    private Settings settings() {
        return AgentSettings.withNames(AgentSettings.in(folder, List.of()), new HostPort("127.0.0.1", 1));
    }

    /** Of one process; the next one has another. */
    private NamesDue due() {
        return NamesDue.of(settings());
    }

    private static ReplicaState promoted(int epoch) {
        return new Promoted(DatabaseVersion.foreign(new DatabaseIdentity(1, 2)), epoch, true, false, Instant.EPOCH);
    }

    private boolean isNoted() {
        return Files.exists(StateEntry.NAMES_DUE.in(settings().state()));
    }

    @Test
    void theyAreDueOnceTheirPromotionIsDone() {
        NamesDue due = due();
        due.intend(2, true);
        assertThat(due.epoch()).contains(2);
        assertThat(due.due(Seeding::new)).isEmpty();

        due.promoted(2, true);

        assertThat(due.due(Seeding::new))
                .as("whether or not the disk took that")
                .contains(2);
        due.clear(2);
        assertThat(due.due(() -> promoted(2))).isEmpty();
        assertThat(isNoted()).isFalse();
    }

    @Test
    void theNextProcessKnowsIt() {
        due().intend(2, true);

        assertThat(due().due(() -> promoted(2))).contains(2);
        assertThat(due().due(() -> promoted(3))).as("of another promotion").isEmpty();
        assertThat(due().due(Seeding::new)).as("it was withdrawn").isEmpty();
    }

    @Test
    void aPromotionThatLeavesTheNamesAlonePutsAnEndToThoseOfBefore() {
        due().intend(2, true);
        NamesDue due = due();
        due.intend(2, false);
        due.promoted(2, true);

        assertThat(due.due(() -> promoted(2))).isEmpty();
        assertThat(due().due(() -> promoted(2))).isEmpty();
    }

    @Test
    void whereAnotherServerHoldsTheEpochNoneAreDue() {
        NamesDue due = due();
        due.intend(2, true);
        due.promoted(2, false);

        assertThat(due.due(() -> promoted(2))).isEmpty();
        assertThat(isNoted()).isFalse();
    }

    @Test
    void theEndOfOneLeavesTheNextAlone() {
        NamesDue due = due();
        due.intend(2, true);
        due.intend(4, true);
        due.clear(2);
        due.promoted(4, true);

        assertThat(due.due(() -> promoted(4))).contains(4);
    }

    /** A server is promoted from a disk that takes nothing, too, and its names are switched. */
    @Test
    void whereTheDiskTakesNoNoteThisProcessKnows() throws IOException {
        Files.createFile(settings().state());
        NamesDue due = due();
        due.intend(2, true);
        due.promoted(2, true);

        assertThat(due.due(Seeding::new)).contains(2);
        due.clear();
        assertThat(due.due(Seeding::new)).isEmpty();
    }

    /** Otherwise the names would be moved again and again. */
    @Test
    void whereTheDiskDoesNotLetTheNoteGoThisProcessKnowsThatItIsOver() throws IOException {
        due().intend(2, true);
        Path note = StateEntry.NAMES_DUE.in(settings().state());
        byte[] content = Files.readAllBytes(note);
        NamesDue due = due();
        due.clear(2);
        Files.write(note, content);

        assertThat(due.due(() -> promoted(2))).isEmpty();
        due.intend(2, true);
        due.promoted(2, true);
        assertThat(due.due(() -> promoted(2)))
                .as("the same epoch, after it was withdrawn")
                .contains(2);
    }

    @Test
    void aNoteThatIsDamagedMovesNoNames() throws IOException {
        due().intend(2, true);
        Files.writeString(StateEntry.NAMES_DUE.in(settings().state()), "{\"format\":1,\"epoch\":3}");

        assertThat(due().due(() -> promoted(3))).isEmpty();
    }

    @Test
    void withoutDnsNothingIsNoted() {
        NamesDue due = NamesDue.of(AgentSettings.in(folder, List.of()));
        due.intend(2, true);
        due.promoted(2, true);

        assertThat(due.due(() -> promoted(2))).isEmpty();
        assertThat(isNoted()).isFalse();
    }
}
