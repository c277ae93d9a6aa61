package io.understudy.primary.capture.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.primary.capture.database.ExclusiveLocks.Lock;
import io.understudy.testing.PostgresServer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class ExclusiveLocksTest {
    private final PostgresServer server = PostgresServer.shared();

    /** What was dropped since the catalog was read costs the moment; anything else is a failure. */
    @Tag("always")
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT last_value FROM public.dropped | true | false",
                "CREATE TABLE dropped.t () | true | false",
                "SELECT pg_sequence_last_value('public.dropped'::regclass) | true | false",
                "SELECT 1 / 0 | false | false",
                "SELECT no_such_column FROM pg_class | false | false"
            })
    void whatIsGoneIsToldFromWhatFails(String statement, boolean gone, boolean refused) {
        try (Session session = new Database(server.settings("postgres")).open()) {
            UnderstudyException failure =
                    catchThrowableOfType(UnderstudyException.class, () -> session.execute(statement));
            assertThat(ExclusiveLocks.gone(failure)).isEqualTo(gone);
            assertThat(ExclusiveLocks.refused(failure)).isEqualTo(refused);
        }
    }

    @Tag("always")
    @Test
    void aTableThatIsLockedOrGoneIsToldAndTheTransactionGoesOn() {
        String name = server.createDatabase("locks");
        server.psql(name, "CREATE TABLE t (a int);");
        Database database = new Database(server.settings(name));
        try (Session other = database.open();
                Session session = database.open()) {
            other.execute("BEGIN; LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE");
            session.execute("BEGIN");
            assertThat(ExclusiveLocks.tryLock(session, table("t"))).isEqualTo(Lock.REFUSED);
            other.execute("ROLLBACK");
            assertThat(ExclusiveLocks.tryLock(session, table("t"))).isEqualTo(Lock.HELD);
            assertThat(ExclusiveLocks.tryLock(session, table("dropped"))).isEqualTo(Lock.GONE);
            assertThat(session.number("SELECT 1")).isEqualTo(1);
        }
        server.dropDatabase(name);
    }

    private static SourceTable table(String name) {
        return new SourceTable(1, "public", name, List.of(), List.of(), true, 1, 1);
    }
}
