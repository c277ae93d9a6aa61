package io.understudy.browse;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EverySnapshotTest {
    @TempDir
    private Path folder;

    private final EverySnapshot every = new EverySnapshot();
    private final List<SnapshotId> seen = new ArrayList<>();
    private BrowsedSite site;

    @BeforeEach
    void three() throws IOException {
        site = new BrowsedSite(folder, List.of());
        for (int i = 0; i < 3; i++) {
            site.take();
        }
    }

    /** The content of the second is missing. */
    private void look(Runnable before) {
        every.each(site, site.list(), opened -> {
            SnapshotId snapshot = opened.manifest().snapshot();
            if (snapshot.sequence() == 2) {
                before.run();
                throw new UnderstudyException(ErrorCode.BLOB_MISSING, "cannot find a blob", "verify");
            }
            seen.add(snapshot);
            return true;
        });
    }

    @Test
    void oneThatRetentionDeletesWhileItIsReadIsPassedOver() {
        SnapshotId second = site.list().get(1);
        look(() -> site.prune(second));

        assertThat(every.unreadable()).isEmpty();
        assertThat(every.count()).isEqualTo(2);
        assertThat(seen).hasSize(2).doesNotContain(second);
    }

    @Test
    void oneThatIsThereAndLacksContentIsDamaged() {
        look(() -> {});

        assertThat(every.unreadable()).containsExactly(site.list().get(1));
        assertThat(seen).hasSize(2);
    }
}
