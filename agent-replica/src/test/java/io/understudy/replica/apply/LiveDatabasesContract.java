package io.understudy.replica.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every {@link LiveDatabases} keeps, a fake as much as the real one. */
public abstract class LiveDatabasesContract {
    private DatabaseNames names;
    private LiveDatabases databases;

    /** A server without databases of this site. @return the site's name */
    protected abstract String newSite();

    protected abstract LiveDatabases open(String site);

    /** Creates a database that Understudy does not know. */
    protected abstract DatabaseIdentity create(String name);

    @BeforeEach
    void open() {
        String site = newSite();
        names = DatabaseNames.of(site);
        databases = open(site);
    }

    @Test
    void findsNothingOnAnEmptyServer() {
        assertThat(databases.look()).isEqualTo(wanted(null, null, null));
    }

    @Test
    void makesTheSpareLiveAndTheLiveOnePrevious() {
        DatabaseIdentity live = create(names.live());
        DatabaseIdentity spare = create(names.spare());
        databases.arrange(wanted(spare, null, live));
        assertThat(databases.look()).isEqualTo(wanted(spare, null, live));
    }

    @Test
    void makesTheFirstSpareLiveWhereNothingWas() {
        DatabaseIdentity spare = create(names.spare());
        databases.arrange(wanted(spare, null, null));
        assertThat(databases.look()).isEqualTo(wanted(spare, null, null));
    }

    @Test
    void exchangesLiveAndPrevious() {
        DatabaseIdentity live = create(names.live());
        DatabaseIdentity previous = create(names.previous());
        databases.arrange(wanted(previous, null, live));
        assertThat(databases.look()).isEqualTo(wanted(previous, null, live));
    }

    @ParameterizedTest
    @CsvSource({"0,1,2", "0,2,1", "1,0,2", "1,2,0", "2,0,1", "2,1,0"})
    void arrangesThreeInAnyOrder(int live, int spare, int previous) {
        DatabaseIdentity[] all = {create(names.live()), create(names.spare()), create(names.previous())};
        Arrangement arrangement = wanted(all[live], all[spare], all[previous]);
        databases.arrange(arrangement);
        assertThat(databases.look()).isEqualTo(arrangement);
        databases.arrange(arrangement);
        assertThat(databases.look()).isEqualTo(arrangement);
    }

    @Test
    void refusesToPushAsideWhatIsNotWanted() {
        DatabaseIdentity live = create(names.live());
        DatabaseIdentity spare = create(names.spare());
        DatabaseIdentity previous = create(names.previous());
        assertThatThrownBy(() -> databases.arrange(wanted(spare, null, live)))
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.DATABASE_FOREIGN));
        assertThat(databases.look()).isEqualTo(wanted(live, spare, previous));
    }

    /** No rename meets that database, but the outcome would not be what was wanted. */
    @Test
    void refusesWhenAStrangerHasANameThatIsToBecomeFree() {
        DatabaseIdentity live = create(names.live());
        DatabaseIdentity spare = create(names.spare());
        DatabaseIdentity previous = create(names.previous());
        assertThatThrownBy(() -> databases.arrange(wanted(previous, null, live)))
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.DATABASE_FOREIGN));
        assertThat(databases.look()).isEqualTo(wanted(live, spare, previous));
    }

    @Test
    void refusesADatabaseThatIsGoneAndChangesNothing() {
        DatabaseIdentity live = create(names.live());
        DatabaseIdentity gone = create(names.spare());
        databases.discard(gone);
        assertThatThrownBy(() -> databases.arrange(wanted(gone, null, live))).isInstanceOf(UnderstudyException.class);
        assertThatThrownBy(() ->
                        databases.arrange(wanted(new DatabaseIdentity(live.cluster() + 1, live.oid()), null, null)))
                .isInstanceOf(UnderstudyException.class);
        assertThat(databases.look()).isEqualTo(wanted(live, null, null));
    }

    @Test
    void discardsWhateverItIsCalledButTheLiveOne() {
        DatabaseIdentity live = create(names.live());
        DatabaseIdentity previous = create(names.previous());
        DatabaseIdentity other = create(names.aside(1));
        databases.discard(previous);
        databases.discard(previous);
        databases.discard(other);
        assertThat(databases.look()).isEqualTo(wanted(live, null, null));
        assertThatThrownBy(() -> databases.discard(live)).isInstanceOf(IllegalStateException.class);
        databases.discard(new DatabaseIdentity(live.cluster() + 1, live.oid()));
        assertThat(databases.look()).isEqualTo(wanted(live, null, null));
    }

    @Test
    void retiresInTheSameStepAndFindsWhatItRetired() {
        DatabaseIdentity live = create(names.live());
        DatabaseIdentity spare = create(names.spare());
        DatabaseIdentity previous = create(names.previous());
        create(names.retired(previous.oid() + 1000, List.of()));
        assertThat(databases.retired()).isEmpty();

        databases.arrange(wanted(spare, null, live), Set.of(previous));
        databases.arrange(wanted(spare, null, live), Set.of(previous));

        assertThat(databases.look()).isEqualTo(wanted(spare, null, live));
        assertThat(databases.retired()).containsExactly(previous);
        databases.arrange(wanted(live, null, previous), Set.of(spare));
        assertThat(databases.look()).isEqualTo(wanted(live, null, previous));
        assertThat(databases.retired()).containsExactly(spare);
        databases.discard(spare);
        assertThat(databases.retired()).isEmpty();
        databases.arrange(wanted(live, null, previous), Set.of(spare));
        assertThat(databases.look()).isEqualTo(wanted(live, null, previous));
    }

    @Test
    void setsAsideUnderANameOfItsOwn() {
        DatabaseIdentity one = create(names.previous());
        assertThat(databases.setAside(one)).isEqualTo(names.aside(1));
        assertThat(databases.setAside(one)).isEqualTo(names.aside(1));
        DatabaseIdentity two = create(names.previous());
        assertThat(databases.setAside(two)).isEqualTo(names.aside(2));
        assertThat(databases.look()).isEqualTo(wanted(null, null, null));
    }

    @Test
    void neverSetsTheLiveOneAside() {
        DatabaseIdentity live = create(names.live());
        assertThatThrownBy(() -> databases.setAside(live)).isInstanceOf(IllegalStateException.class);
        assertThat(databases.look()).isEqualTo(wanted(live, null, null));
    }

    private static Arrangement wanted(DatabaseIdentity live, DatabaseIdentity spare, DatabaseIdentity previous) {
        return new Arrangement(Optional.ofNullable(live), Optional.ofNullable(spare), Optional.ofNullable(previous));
    }
}
