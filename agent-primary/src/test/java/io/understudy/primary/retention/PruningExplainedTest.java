package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.progress.Progress;
import io.understudy.site.MarkerContent;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Operation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What pruning would do. */
class PruningExplainedTest extends FiveHourlySnapshots {
    @Tag("slow")
    @Test
    void explainsWithoutTouchingAnything() {
        time.advance(GRACE);
        List<String> keys = filestore.keys();
        int puts = filestore.count(Operation.PUT);
        Pruned would = server.pruning(LAST_TWO, events).explain(Progress.none()).get(0);

        assertThat(would.dryRun()).isTrue();
        assertThat(would.decisions())
                .extracting(Decision::text)
                .containsExactly(
                        "delete: hourly beyond the newest 2",
                        "delete: hourly beyond the newest 2",
                        "delete: hourly beyond the newest 2",
                        "kept: hourly 2 of 2",
                        "kept: newest; hourly 1 of 2");
        assertThat(would.refused()).isEmpty();
        assertThat(filestore.keys()).isEqualTo(keys);
        assertThat(filestore.count(Operation.PUT)).isEqualTo(puts);
        assertThat(filestore.count(Operation.DELETE)).isZero();
        assertThat(received).isEmpty();

        assertThat(prune())
                .isEqualTo(new Pruned(Optional.empty(), false, would.decisions(), would.swept(), Optional.empty()));
    }

    @Test
    void explainsOnAStandbyAndWhatWouldStopIt() {
        server.marker.write(new MarkerContent(Server.SITE, "test", Optional.empty(), time.now()));
        String index = server.repository()
                .read(id(5))
                .trees()
                .get(0)
                .references()
                .direct()
                .get(0)
                .id()
                .key();
        filestore.delete(index);
        Pruned without =
                server.pruning(LAST_TWO, events).explain(Progress.none()).get(0);
        assertThat(without.refused()).map(UnderstudyException::code).contains(ErrorCode.BLOB_MISSING);

        filestore.put(id(3).key(), Content.of(new byte[] {'{'}));
        Pruned damaged =
                server.pruning(LAST_TWO, events).explain(Progress.none()).get(0);
        assertThat(damaged.refused()).map(UnderstudyException::code).contains(ErrorCode.MANIFEST_DAMAGED);
        assertThat(damaged.decisions().get(2).text()).startsWith("kept: cannot be read: ");

        filestore.inject(Faults.always(new Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(failure(() -> server.pruning(LAST_TWO, events).explain(Progress.none()))
                        .code())
                .isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
    }
}
