package io.understudy.primary.capture.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.TreeKind;
import io.understudy.primary.capture.tree.LengthAttack.Known;
import io.understudy.progress.Progress;
import io.understudy.repository.RepositoryKey;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSession;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.MemoryBlobs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who has a list of files, and sees lengths, order and times of the objects of an encrypted repository, does not find
 * out which of the files are in it: of those that are there he finds as many as of those that are not. Half of the
 * files on his list are in the site, next to others that he does not have; small ones come alone or together, large
 * ones with others.
 */
@Tag("slow")
class KnownFilesTest {
    private static final int SMALL = 60;
    private static final int LARGE = 13;
    private static final int SITES = 10;

    @TempDir
    private static Path temp;

    /** The same for all sites, which have links to them. */
    private static final List<Known> POOL = new ArrayList<>();

    private final Random random = new Random(42);

    @BeforeAll
    static void writeFiles() throws IOException {
        Random random = new Random(7);
        Files.createDirectory(temp.resolve("pool"));
        for (int i = 0; i < SMALL + LARGE; i++) {
            byte[] content = new byte[(int) (i < SMALL ? smallSize(random) : largeSize(random))];
            random.nextBytes(content);
            Files.write(temp.resolve("pool/" + i), content);
            POOL.add(new Known("" + i, content.length, i < SMALL ? new long[0] : publicCuts(content)));
        }
    }

    @Test
    void findsNoMoreFilesOfAnEncryptedRepositoryThanByChance() throws IOException {
        Map<Company, Hits> hits = hits();
        for (int site = 0; site < SITES; site++) {
            attack(RepositoryKey.generate(new SeededRandom(site)).sealing(), hits);
        }
        assertThat(hits.values()).as(hits.toString()).allMatch(Hits::isChance);
    }

    /** The same attacker, so he is no bad one. */
    @Tag("always")
    @Test
    void findsNearlyAllFilesOfAPlainOne() throws IOException {
        Map<Company, Hits> hits = hits();
        for (int site = 0; site < 2; site++) {
            attack(Sealing.NONE, hits);
        }
        assertThat(hits.get(Company.ALONE).advantage()).as(hits.toString()).isGreaterThan(0.8);
        assertThat(hits.get(Company.LARGE).advantage()).as(hits.toString()).isGreaterThan(0.8);
    }

    /** With what the files on a list come. */
    private enum Company {
        /** Small ones, each the only file of a snapshot. */
        ALONE,
        /** Small ones with others. */
        TOGETHER,
        /** Large ones with others. */
        LARGE
    }

    private static Map<Company, Hits> hits() {
        Map<Company, Hits> hits = new EnumMap<>(Company.class);
        for (Company company : Company.values()) {
            hits.put(company, new Hits());
        }
        return hits;
    }

    /** Of lists of which one half is there. */
    private static final class Hits {
        private int present;
        private int found;
        private int wrong;

        /** How many more of those that are there than of the others he takes to be there. */
        double advantage() {
            return (double) (found - wrong) / present;
        }

        /** Within three standard deviations. */
        boolean isChance() {
            return advantage() < 3 * Math.sqrt(0.5 / present);
        }

        void count(List<Known> list, List<Known> guessed) {
            List<Known> there = list.subList(0, list.size() / 2);
            present += there.size();
            guessed.forEach(file -> {
                found += there.contains(file) ? 1 : 0;
                wrong += there.contains(file) ? 0 : 1;
            });
        }

        @Override
        public String toString() {
            return "%d of %d that are there, %d of those that are not".formatted(found, present, wrong);
        }
    }

    private void attack(Sealing sealing, Map<Company, Hits> hits) throws IOException {
        List<Known> small = shuffled(POOL.subList(0, SMALL));
        List<Known> large = shuffled(POOL.subList(SMALL, SMALL + LARGE));
        LengthAttack attack = new LengthAttack(snapshots(sealing, small, large), sealing.isOn(), random);
        hits.forEach((company, each) -> {
            List<Known> list = switch (company) {
                case ALONE -> concat(small.subList(8, 14), small.subList(28, 34));
                case TOGETHER -> concat(concat(small.subList(0, 8), small.subList(14, 20)), small.subList(34, 48));
                case LARGE -> large.subList(0, 8);
            };
            each.count(list, attack.guess(list, i -> company == Company.LARGE ? largeSize(random) : smallSize(random)));
        });
    }

    /** The lengths of the objects that each snapshot brings. */
    private List<long[]> snapshots(Sealing sealing, List<Known> small, List<Known> large) throws IOException {
        Site site = new Site(sealing);
        List<long[]> seen = new ArrayList<>();
        // Half of all, at first.
        site.add(small.subList(0, 8));
        site.add(small.subList(48, 56));
        site.add(large.subList(0, 2));
        site.add(large.subList(8, 9));
        seen.add(site.snapshot());
        // Alone.
        for (int i = 8; i < 14; i++) {
            site.add(small.subList(i, i + 1));
            seen.add(site.snapshot());
        }
        site.add(small.subList(56, 58));
        seen.add(site.snapshot());
        // Together, and the large ones with others.
        for (int i = 0; i < 2; i++) {
            site.add(small.subList(14 + 3 * i, 17 + 3 * i));
            site.add(large.subList(2 + i, 3 + i));
            site.add(large.subList(9 + 2 * i, 11 + 2 * i));
            seen.add(site.snapshot());
        }
        return seen;
    }

    private static final class Site {
        private final Path folder = Files.createTempDirectory(temp, "site");
        private final Path tree = Files.createDirectory(folder.resolve("tree"));
        private final Blobs blobs;
        private final TreeCapture capture =
                new TreeCapture(folder.resolve("state"), Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1)));
        private final Set<BlobId> known = new HashSet<>();
        private Optional<TreeData> base = Optional.empty();

        Site(Sealing sealing) throws IOException {
            blobs = new Blobs(new InMemoryFilestore(), Clock.systemUTC(), sealing);
        }

        void add(List<Known> files) throws IOException {
            for (Known file : files) {
                Files.createLink(tree.resolve(file.name()), temp.resolve("pool").resolve(file.name()));
            }
        }

        long[] snapshot() {
            List<Long> lengths = Collections.synchronizedList(new ArrayList<>());
            try (BlobSession session = blobs.session(KnownBlobs.none())) {
                TreeSettings settings = new TreeSettings("t", TreeKind.FILES, tree, List.of());
                base = Optional.of(capture.capture(
                                settings,
                                session.around((sink, buffer, offset, length) -> {
                                    BlobRef blob = sink.put(buffer, offset, length);
                                    if (known.add(blob.id())) {
                                        lengths.add(blob.stored());
                                    }
                                    return blob;
                                }),
                                base,
                                blobs,
                                Progress.none())
                        .tree());
                session.settle();
            }
            return lengths.stream().mapToLong(length -> length).toArray();
        }
    }

    private List<Known> shuffled(List<Known> files) {
        List<Known> all = new ArrayList<>(files);
        Collections.shuffle(all, random);
        return all;
    }

    private static List<Known> concat(List<Known> some, List<Known> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    private static long[] publicCuts(byte[] content) {
        StreamWriter writer = StreamWriter.plain(new MemoryBlobs());
        writer.write(content, 0, content.length);
        return writer.finish().direct().stream().mapToLong(BlobRef::bytes).toArray();
    }

    /** From 5 KB to 800 KB, as many of each order of magnitude. */
    private static long smallSize(Random random) {
        return (long) (5_000 * Math.pow(160, random.nextDouble()));
    }

    /** From 1.1 to 4.4 MB. */
    private static long largeSize(Random random) {
        return (long) (1_100_000 * Math.pow(4, random.nextDouble()));
    }

    /** Keys that are the same in each run. */
    private static final class SeededRandom extends SecureRandom {
        private static final long serialVersionUID = 1;
        private final Random seeded;

        SeededRandom(long seed) {
            this.seeded = new Random(seed);
        }

        @Override
        public void nextBytes(byte[] bytes) {
            seeded.nextBytes(bytes);
        }
    }
}
