package io.understudy.replica.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SampleSite;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.PolicyProxy;
import io.understudy.testing.S3Policy;
import io.understudy.testing.S3Server;
import io.understudy.time.Ticker;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A standby whose keys may only read, on a real store behind a proxy that enforces the policy on the page. */
@Tag("slow")
class ReadOnlyFilestoreTest {
    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore near = new InMemoryFilestore(time);
    private final Logger log = (Logger) LoggerFactory.getLogger(OwnReport.class);
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logged.start();
        log.addAppender(logged);
    }

    @AfterEach
    void leave() {
        log.detachAppender(logged);
    }

    @Test
    void fetchesAndVerifiesAndSaysOnceThatItCannotReport() throws Exception {
        List<Event> events = new CopyOnWriteArrayList<>();
        try (S3Server store = S3Server.start();
                PolicyProxy proxy = new PolicyProxy(store, S3Policy.ofPage("security.md", "reader"))) {
            store.createBucket("backups");
            SampleSite site;
            try (Filestore full = Filestores.open(store.settings("s3://backups/example"))) {
                site = new SampleSite(full, time.clock());
                site.commit(new SnapshotId(1, 1), 1);
                site.commit(new SnapshotId(1, 2), 2);
            }
            try (Filestore reader = Filestores.open(
                    proxy.settings("s3://backups/example"),
                    new Events(time.clock(), (event, at) -> events.add(event)),
                    Ticker.system())) {
                Repository repository =
                        Repository.open(reader, site.repository().site(), site.trusted(), time.clock());
                MirroredSnapshots source = source(repository, site);
                for (SnapshotId snapshot : source.list()) {
                    Manifest fetched = source.fetch(snapshot, Optional.empty(), Progress.none())
                            .manifest();
                    assertThat(fetched.snapshot()).isEqualTo(snapshot);
                    new Verification(2).verify(repository, snapshot, Progress.none());
                }
                assertThat(repository.epochs().highest()).isZero();
            }
            assertThat(proxy.refused())
                    .isNotEmpty()
                    .allMatch("s3:PutObject backups/example/replicas/standby.json"::equals);
        }
        assertThat(logged.list)
                .filteredOn(event -> event.getFormattedMessage().contains("may only read"))
                .hasSize(1);
        assertThat(events)
                .as("the store works: no metric says otherwise")
                .noneMatch(event -> event instanceof CommonEvent.FilestoreSeen seen && !seen.available());
    }

    private MirroredSnapshots source(Repository repository, SampleSite site) {
        MirrorAccess mirror = new MirrorAccess(
                new NearFolder(near), site.repository().site(), site::trusted, 2, () -> Long.MAX_VALUE, time.clock());
        return new MirroredSnapshots(
                () -> repository,
                mirror,
                "standby",
                "test",
                () -> Optional.of("this one"),
                Optional::empty,
                Set::of,
                time.clock());
    }
}
