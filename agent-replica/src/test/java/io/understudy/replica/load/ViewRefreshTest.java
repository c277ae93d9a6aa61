package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.replica.load.ViewRefresh.Views;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.PostgresServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ViewRefreshTest {
    private static final LoadMark MARK = new LoadMark(1, "ab", Map.of(), Set.of("\"public\".\"before\""));
    private static final String TABLE = "\"public\".\"t\"";

    private final PostgresServer server = PostgresServer.shared();

    private record Ahead(boolean mayTakeLong) implements LoadContext {
        @Override
        public Optional<Manifest> held(SnapshotId snapshot) {
            return Optional.empty();
        }

        @Override
        public boolean ahead() {
            return true;
        }
    }

    /** One that reads a large table takes minutes, and nothing interrupts it. */
    @Test
    void leavesViewsToLaterLoadsWhereAnOperatorWaits() {
        String name = server.createDatabase("views");
        Database database = new Database(server.settings(name)).asReplica();
        BaseLook look;
        try (Session session = database.open(name)) {
            Structure found = Structure.of(session);
            look = new BaseLook(
                    new Structure(found.order(), found.targets(), true, Set.of()), MARK, true, true, Set.of());
        }
        ViewRefresh views = new ViewRefresh(database, name, new FakeTicker());

        assertThat(views.refresh(Set.of(TABLE), look, new Ahead(false)))
                .isEqualTo(new Views(List.of(), Set.of(TABLE, "\"public\".\"before\"")));
        assertThat(views.refresh(Set.of(TABLE), look, new Ahead(true))).isEqualTo(new Views(List.of(), Set.of()));
    }
}
