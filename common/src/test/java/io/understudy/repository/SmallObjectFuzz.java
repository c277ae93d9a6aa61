package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.filestore.Content;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.setup.SnapshotName;
import io.understudy.testing.InMemoryFilestore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** The small objects that nothing signs, and how a person names a snapshot. */
public final class SmallObjectFuzz {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-20T10:00:00Z"), ZoneId.of("Europe/Berlin"));
    private static final String REPORT = ReplicaReports.key("b");

    private SmallObjectFuzz() {}

    public static List<Named> targets() {
        return List.of(
                new Named("identity", SmallObjectFuzz::identity),
                new Named("report", SmallObjectFuzz::report),
                new Named("retention", SmallObjectFuzz::retention),
                new Named("snapshot-name", SmallObjectFuzz::snapshotName));
    }

    private static byte[] stored(InMemoryFilestore store, String key) {
        return SmallObject.read(store, key, 1 << 20).orElseThrow();
    }

    private static FuzzTarget identity() {
        InMemoryFilestore store = new InMemoryFilestore();
        new Identity(Manifests.REPOSITORY, Manifests.SITE).write(store);
        return FuzzTarget.json(List.of(text(stored(store, Identity.KEY))), input -> {
            store.put(Identity.KEY, Content.of(input));
            Identity read = Identity.read(store).orElseThrow();
            read.write(store);
            assertThat(Identity.read(store)).contains(read);
        });
    }

    private static FuzzTarget report() {
        InMemoryFilestore store = new InMemoryFilestore();
        ReplicaReports reports = new ReplicaReports(store);
        ReplicaReport full = new ReplicaReport(
                "b",
                Optional.of(Manifests.id(1, 3)),
                Optional.of(Manifests.id(1, 2)),
                List.of(Manifests.id(1, 2), Manifests.id(1, 3)),
                Optional.of(Instant.EPOCH),
                Instant.parse("2026-11-20T10:00:00Z"),
                "0.1.0",
                Optional.of("id"),
                Optional.of(Instant.EPOCH));
        reports.write(full);
        return FuzzTarget.json(List.of(text(stored(store, REPORT))), input -> {
            store.put(REPORT, Content.of(input));
            reports.all();
            reports.of("b").ifPresent(read -> {
                reports.write(read);
                assertThat(reports.of("b")).contains(read);
            });
        });
    }

    private static FuzzTarget retention() {
        InMemoryFilestore store = new InMemoryFilestore();
        PruneMarker marker = new PruneMarker(store);
        marker.begin("a", 2, Instant.parse("2026-11-20T10:00:00Z"));
        return FuzzTarget.json(List.of(text(stored(store, "retention.json"))), input -> {
            store.put("retention.json", Content.of(input));
            marker.check();
        });
    }

    private static FuzzTarget snapshotName() {
        return FuzzTarget.text(
                        List.of(
                                "00000001-00000042",
                                "99999999-99999999",
                                "latest",
                                "latest:weekly",
                                "@2026-11-20T10:00:01.5+01:00",
                                "@2 days ago"),
                        input -> {
                            SnapshotName read = SnapshotName.parse(text(input), CLOCK);
                            read.id()
                                    .ifPresent(id -> assertThat(SnapshotName.parse(id.toString(), CLOCK)
                                                    .id())
                                            .contains(id));
                        })
                .knowing("-", "00000000", "newest", "١", "@", "months", "999999", "Z");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
