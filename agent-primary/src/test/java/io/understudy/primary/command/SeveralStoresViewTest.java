package io.understudy.primary.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.S3Options.Lock;
import io.understudy.config.Settings.CommitRule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.retention.Decision;
import io.understudy.primary.retention.Pruned;
import io.understudy.primary.retention.SweepResult;
import io.understudy.repository.Manifests;
import io.understudy.repository.SampleSite;
import io.understudy.repository.Verified;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.SeveralInMemory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What commands print of several filestores. */
class SeveralStoresViewTest {
    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore second = new InMemoryFilestore(time);
    private final SampleSite site =
            new SampleSite(SeveralInMemory.of(CommitRule.ALL, time, new InMemoryFilestore(time), second), time.clock());

    private VerifyView verified() {
        return VerifyView.of(new Verified(Manifests.id(1, 1), 2, 2048), Duration.ofSeconds(2), site.repository());
    }

    @Test
    void verifyNamesTheLockOfEach() {
        site.commit(Manifests.id(1, 1), 1);
        assertThat(verified().text()).endsWith("in 2.0 s");
        second.lockContent(new Lock(Duration.ofDays(8), false));
        assertThat(verified().text())
                .endsWith("in 2.0 s; content in second is locked for 8 days, this snapshot is not");
        second.lock().orElseThrow().extend(Manifests.id(1, 1).key());
        assertThat(verified().text()).contains("content in second is locked for 8 days, this snapshot until ");
        assertThat(verified().locks())
                .extracting(VerifyView.StoreLock::lockDays)
                .containsExactly(8L);
    }

    @Test
    void pruneShowsEachAndWhyOneCouldNotBePruned() {
        Decision kept = new Decision(Manifests.id(1, 1), Optional.empty(), List.of("daily"), true, List.of("newest"));
        UnderstudyException why = new UnderstudyException(ErrorCode.MANIFEST_DAMAGED, "cannot prune", "look");
        String text = StoresPruneView.of(List.of(
                        new Pruned(Optional.of("near"), false, List.of(kept), SweepResult.NOTHING, Optional.empty()),
                        new Pruned(Optional.of("far"), false, List.of(), SweepResult.NOTHING, Optional.of(why))))
                .text();
        assertThat(text)
                .contains("filestore near\n00000001-00000001", "kept: newest\n1 snapshots kept, 0 deleted")
                .endsWith("\n\nfilestore far\nnothing more is deleted: cannot prune\nhint: look");
    }
}
