package io.understudy.repository;

import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.filestore.ObjectInfo;
import io.understudy.progress.Progress;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.References;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReferencedBlobsTest {
    private static final Instant LATER = Instant.parse("2030-01-01T00:00:00Z");

    private final FakeTicker time = new FakeTicker();
    private final SampleSite site = new SampleSite(new InMemoryFilestore(time), time.clock());
    private final Repository repository = site.repository();
    private final List<BlobRef> blobs = Stream.generate(new Random(3)::nextLong)
            .map(seed -> new BlobRef(BlobId.of(random(seed)), 100, 50, false))
            .limit(40_000)
            .toList();
    private final AtomicInteger opened = new AtomicInteger();

    /** A site that has a new snapshot every few seconds would otherwise have one more whenever all are marked. */
    @Test
    void ofAFurtherSnapshotThatDiffersInLittleOnlyThatIsRead() {
        commit(1, blobs.subList(1, 40_000));
        commit(
                2,
                Stream.concat(blobs.stream().limit(19_000), blobs.stream().skip(19_001))
                        .toList());
        BlobSource counted = blob -> {
            opened.incrementAndGet();
            return repository.blobs().open(blob);
        };
        ReferencedBlobs referenced = new ReferencedBlobs(repository, counted);
        referenced.add(List.of(id(1, 1)), Progress.none());
        int all = opened.getAndSet(0);
        assertThat(referenced.isGarbage(object(blobs.get(0)), LATER)).isTrue();

        referenced.add(List.of(id(1, 2)), Progress.none());

        assertThat(opened.get()).isLessThan(all / 4);
        assertThat(blobs).noneMatch(blob -> referenced.isGarbage(object(blob), LATER));
        assertThat(repository.blobs().list()).noneMatch(object -> referenced.isGarbage(object, LATER));
    }

    private void commit(int sequence, List<BlobRef> named) {
        References references = new References(repository.blobs());
        named.forEach(references::add);
        repository.commit(Manifests.sample(id(1, sequence), references.finish()), site.key());
    }

    private static ObjectInfo object(BlobRef blob) {
        return new ObjectInfo(blob.id().key(), 50, Instant.EPOCH);
    }

    private static byte[] random(long seed) {
        byte[] hash = new byte[32];
        new Random(seed).nextBytes(hash);
        return hash;
    }
}
