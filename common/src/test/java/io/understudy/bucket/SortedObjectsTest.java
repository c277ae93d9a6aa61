package io.understudy.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.bucket.SortedObjects.Placed;
import io.understudy.files.SafePath;
import io.understudy.filestore.SiteObject;
import io.understudy.testing.FakeSiteBucket;
import io.understudy.testing.OddKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SortedObjectsTest {
    @TempDir
    Path temp;

    @Test
    void bringsPagesIntoTheOrderOfPaths() {
        FakeSiteBucket bucket = new FakeSiteBucket("s3://site");
        OddKeys.ALL.forEach(key -> bucket.write(key, key));
        bucket.write(PlaceMark.KEY, "");

        try (SortedObjects all = SortedObjects.of(bucket, temp, "assets")) {
            List<Placed> placed = all(all);

            assertThat(placed).extracting(each -> each.object().key()).containsExactlyInAnyOrderElementsOf(OddKeys.ALL);
            assertThat(placed).extracting(Placed::path).isSorted().contains(SafePath.of("a/!"), SafePath.of("a/b"));
        }
    }

    @Test
    void sortsOnDiskWhatMemoryDoesNotHold() throws IOException {
        Instant time = Instant.parse("2026-11-20T10:00:00.123Z");
        try (SortedObjects all = new SortedObjects(temp, "assets", 4)) {
            OddKeys.ALL.forEach(key -> all.add(new SiteObject(key, key.length(), "e" + key.length(), time)));
            all.add(new SiteObject("a", 9, "again", time));
            all.sort();

            assertThat(files()).isNotEmpty();
            List<Placed> placed = all(all);
            assertThat(placed).hasSameSizeAs(OddKeys.ALL);
            assertThat(placed).extracting(Placed::path).isSorted();
            assertThat(placed)
                    .filteredOn(each -> each.object().key().equals("new\nline"))
                    .extracting(Placed::object)
                    .containsExactly(new SiteObject("new\nline", 8, "e8", time));
        }
        assertThat(files()).isEmpty();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(temp)) {
            return files.toList();
        }
    }

    private static List<Placed> all(SortedObjects objects) {
        List<Placed> all = new ArrayList<>();
        for (Optional<Placed> next = objects.next(); next.isPresent(); next = objects.next()) {
            all.add(next.get());
        }
        return all;
    }
}
