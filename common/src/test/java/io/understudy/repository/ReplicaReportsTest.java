package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Keys;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaReportsTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    private final InMemoryFilestore store = new InMemoryFilestore();
    private final ReplicaReports reports = new ReplicaReports(store);

    @Test
    void aReportIsReadAsItWasWrittenAndReplacesTheLast() {
        ReplicaReport first = fresh("standby-1");
        ReplicaReport full = new ReplicaReport(
                "standby-1",
                Optional.of(Manifests.id(1, 4)),
                Optional.of(Manifests.id(1, 3)),
                List.of(Manifests.id(1, 3), Manifests.id(1, 4)),
                Optional.of(NOW.minusSeconds(60)),
                NOW,
                "0.1.0",
                Optional.of("id"),
                Optional.of(NOW.minusSeconds(9)));
        reports.write(first);
        assertThat(reports.all()).containsExactly(first);
        reports.write(full);
        reports.write(fresh("standby-2"));
        assertThat(reports.all()).containsExactly(full, fresh("standby-2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"standby-1.example.net", "..", ".", "a/b", "Ünïcode", "under_score", "sp ace", "a\nb"})
    void everyNameHasAKeyOfItsOwn(String name) {
        Keys.check(ReplicaReports.key(name));
        reports.write(fresh(name));
        assertThat(reports.all()).containsExactly(fresh(name));
    }

    @Test
    void namesThatLookAlikeAreKeptApart() {
        Stream.of("a b", "a_b", "a_20b", "a.b", "A b").forEach(name -> reports.write(fresh(name)));
        assertThat(reports.all()).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "{\"name\":\"broken\"}",
                "{\"name\":\"another\",\"holds\":[]," + "\"when\":\"2026-11-20T12:00:00Z\",\"agent\":\"0\"}"
            })
    void oneThatCannotBeReadIsLeftOut(String text) {
        reports.write(fresh("standby-1"));
        store.put("replicas/broken.json", Content.of(Samples.text(text)));
        store.put("replicas/note.txt", Content.of(new byte[1]));
        assertThat(reports.all()).containsExactly(fresh("standby-1"));
        UnderstudyException damaged = catchThrowableOfType(UnderstudyException.class, reports::requireAll);
        assertThat(damaged.code()).isEqualTo(ErrorCode.STATE_DAMAGED);
        assertThat(damaged).hasMessageStartingWith("cannot read replicas/broken.json in memory:: ");
    }

    @Test
    void whoMustNotOverlookOneHearsWhyItCannotBeReadNow() {
        reports.write(fresh("standby-1"));
        assertThat(reports.requireAll()).containsExactly(fresh("standby-1"));
        store.inject(Faults.first(Operation.OPEN, key -> true, new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(catchThrowableOfType(UnderstudyException.class, reports::requireAll)
                        .code())
                .isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
    }

    @Test
    void aFilestoreThatFailsHidesNoHolder() {
        reports.write(fresh("standby-1"));
        store.inject(Faults.first(Operation.OPEN, key -> true, new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(catchThrowableOfType(UnderstudyException.class, reports::all).code())
                .isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
    }

    @Test
    void oneThatGrewBeyondMeasureIsLeftOut() {
        store.put("replicas/broken.json", Content.of(new byte[1_000_000]));
        assertThat(reports.all()).isEmpty();
        assertThat(catchThrowableOfType(UnderstudyException.class, reports::requireAll)
                        .code())
                .isEqualTo(ErrorCode.STATE_DAMAGED);
    }

    @Test
    void aReplicaThatMayNotWriteLearnsIt() {
        store.inject(Faults.first(Operation.PUT, key -> true, new Faults.Fail(ErrorCode.FILESTORE_DENIED)));
        assertThat(reports.write(fresh("x"))).isFalse();
        assertThat(reports.all()).isEmpty();
        assertThat(reports.write(fresh("x"))).isTrue();
        store.inject(Faults.first(Operation.PUT, key -> true, new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(catchThrowableOfType(UnderstudyException.class, () -> reports.write(fresh("x")))
                        .code())
                .isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
    }

    private static ReplicaReport fresh(String name) {
        return new ReplicaReport(
                name,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                NOW,
                "0.1.0",
                Optional.empty(),
                Optional.empty());
    }
}
