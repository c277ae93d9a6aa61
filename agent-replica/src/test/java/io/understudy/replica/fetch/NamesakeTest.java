package io.understudy.replica.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.ReplicaReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Another standby of the same name is found by the reports. */
class NamesakeTest extends MirroredFixture {
    @Test
    void anotherStandbyOfTheNameIsFoundForADayAfterItReportedLast() {
        fetchAndSettle();
        assertThat(report().id()).contains("this one");
        assertThat(report().namesake()).isEmpty();

        reportAs(Optional.of("another"));
        Instant reported = time.now();
        time.advance(Duration.ofMinutes(10));
        fetchAndSettle();
        assertThat(report().id()).contains("this one");
        assertThat(report().namesake()).contains(reported);

        time.advance(Duration.ofHours(23));
        fetchAndSettle();
        assertThat(report().namesake()).contains(reported);
        time.advance(Duration.ofHours(1));
        fetchAndSettle();
        assertThat(report().namesake()).isEmpty();
    }

    @Test
    void aCloneOfThisServerIsFoundAlthoughItHasTheSameId() {
        reportAs(Optional.of("this one"));
        time.advance(Duration.ofMinutes(1));
        source.list();
        assertThat(source.namesake())
                .as("it may be of this server before a restart")
                .isEmpty();
        fetchAndSettle();
        time.advance(Duration.ofMinutes(1));
        assertThat(source.newerThan(id(1))).isEmpty();
        assertThat(source.namesake()).isEmpty();

        Instant cloned = time.now();
        reportAs(Optional.of("this one"));
        time.advance(Duration.ofHours(1));
        source.newerThan(id(1));

        assertThat(source.namesake()).contains(cloned);
        fetchAndSettle();
        assertThat(report().namesake()).contains(cloned);
        time.advance(Duration.ofHours(23));
        assertThat(source.namesake()).isEmpty();
    }

    @Test
    void whatTheOtherStandbyFoundIsSeenHereToo() {
        Instant now = time.now();
        site.repository()
                .reports()
                .write(new ReplicaReport(
                        "standby",
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        now.minus(Duration.ofHours(1)),
                        "test",
                        Optional.of("another"),
                        Optional.of(now)));
        source.list();
        assertThat(source.namesake()).contains(now);
    }

    @Test
    void anOldReportOrOneWithoutIdIsNoOtherStandby() {
        reportAs(Optional.empty());
        fetchAndSettle();
        assertThat(report().namesake()).isEmpty();

        reportAs(Optional.of("before it was set up again"));
        time.advance(Duration.ofMinutes(15));
        fetchAndSettle();
        assertThat(report().namesake()).isEmpty();
    }

    private void reportAs(Optional<String> id) {
        site.repository()
                .reports()
                .write(new ReplicaReport(
                        "standby",
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        time.now(),
                        "test",
                        id,
                        Optional.empty()));
    }

    private void fetchAndSettle() {
        if (site.repository().list().isEmpty()) {
            site.commit(id(1), 1);
        }
        fetch(id(1));
        source.settled(following(1, 1, true));
    }
}
