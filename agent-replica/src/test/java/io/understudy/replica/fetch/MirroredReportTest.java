package io.understudy.replica.fetch;

import static io.understudy.testing.Faults.Operation.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.repository.ReplicaReport;
import io.understudy.testing.Faults;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a standby that fetches into a mirror reports of itself: what it holds and what it has proven. */
class MirroredReportTest extends MirroredFixture {
    @Test
    void tellsTheRepositoryWhatIsProvenAndKeepsTwoInTheMirror() {
        for (int i = 1; i <= 3; i++) {
            site.commit(id(i), i);
            fetch(id(i));
        }

        source.settled(following(3, 2, true));

        ReplicaReport report = site.repository().reports().all().get(0);
        assertThat(report.name()).isEqualTo("standby");
        assertThat(report.applied()).contains(id(3));
        assertThat(report.proven()).contains(id(3));
        assertThat(report.holds()).containsExactly(id(3), id(2));
        assertThat(((MirroredSnapshots) source).mirror().list()).containsExactly(id(2), id(3));
    }

    @Test
    void aReplicaThatLostItsStateKeepsWhatItProvedBefore() {
        site.commit(id(1), 1);
        fetch(id(1));
        source.settled(following(1, 1, true));
        unfetchable(3);

        hold(3, Optional.of(following(2, 2, false)));
        assertThat(report().applied()).contains(id(2));
        assertThat(report().proven()).contains(id(1));

        hold(3, Optional.empty());
        assertThat(report().applied()).isEmpty();
        assertThat(report().proven()).contains(id(1));
    }

    @Test
    void whatWasProvenBeforeStaysWhenTheProofOfTheNextIsNotKnown() {
        site.commit(id(1), 1);
        fetch(id(1));
        source.settled(following(1, 1, true));

        source.settled(following(2, 1, false));

        assertThat(report().applied()).contains(id(2));
        assertThat(report().proven()).contains(id(1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReportIsNotBelievedToHaveProvenWhatIsNoGenuineSnapshot(boolean forged) {
        site.commit(id(1), 1);
        fetch(id(1));
        source.settled(following(9, 1, true));
        if (forged) {
            far.put(id(9).key(), Content.of(new byte[1000]));
        }

        source.settled(following(1, 1, false));

        assertThat(report().proven()).isEmpty();
    }

    @Test
    void aDamagedReportIsWrittenAnew() {
        site.commit(id(1), 1);
        fetch(id(1));
        far.put("replicas/standby.json", Content.of(new byte[10]));

        source.settled(following(1, 1, false));

        assertThat(report().applied()).contains(id(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"replicas/standby.json", "manifests/00000001-00000001.json"})
    void theLastReportStaysWhereItCannotBeToldWhatItProved(String unreadable) {
        site.commit(id(1), 1);
        fetch(id(1));
        source.settled(following(1, 1, true));
        far.inject(Faults.first(OPEN, unreadable::equals, new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));

        source.settled(following(2, 2, false));

        assertThat(report().applied()).contains(id(1));
        assertThat(report().proven()).contains(id(1));
    }

    @Test
    void whatIsNotProvenIsNotReportedAsProven() {
        site.commit(id(1), 1);
        fetch(id(1));

        source.settled(following(1, 1, false));

        assertThat(site.repository().reports().all().get(0).proven()).isEmpty();
    }

    @Test
    void aReplicaThatMayNotWriteStaysSilent() {
        site.commit(id(1), 1);
        fetch(id(1));
        far.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_DENIED)));

        source.settled(following(1, 1, true));
    }
}
