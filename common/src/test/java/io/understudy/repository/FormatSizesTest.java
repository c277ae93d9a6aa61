package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseWriter.Written;
import io.understudy.repository.blob.BlobSession;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.repository.digest.RowDigest;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How much a snapshot stores after one row came, for sites with few and many tables. Prints the figures:
 * {@code mvn -pl common -am test -Dtest=FormatSizesTest}.
 */
@Tag("slow")
class FormatSizesTest {
    private static final SigningKey KEY = SigningKey.generate();

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private final Repository repository = Repository.create(
            store, new java.util.UUID(1, 1), Manifests.SITE, TrustedKeys.of(KEY.publicKey()), time.clock());

    @Tag("always")
    @ParameterizedTest
    @CsvSource({"5, 6000, 4000", "5000, 8000, 200000", "50000, 8000, 250000"})
    void oneRowStoresLittle(int tables, int mostManifest, int mostUploaded) {
        long inline = 0;
        KnownBlobs known = KnownBlobs.none();
        for (int change = 0; change <= 1; change++) {
            try (BlobSession session = repository.blobs().session(known)) {
                DatabaseWriter lists = new DatabaseWriter(session);
                for (int i = 0; i < tables; i++) {
                    TableData table = table(session, i, i == tables / 2 ? change : 0);
                    inline += change == 0 ? 0 : RepositoryJson.line(table).length - 60;
                    lists.add(table);
                }
                for (int i = 0; i < tables; i++) {
                    lists.add(new SequenceData(
                            "public", "table_%05d_id_seq".formatted(i), i == tables / 2 ? change + 1 : 1, true));
                }
                Written written = lists.finish(
                        "site", Manifests.properties(), "cd".repeat(32), 8 << 20, stream(session, "the archive"));
                known = written.named();
                byte[] manifest = ManifestCodec.encode(
                        Manifests.with(
                                Manifests.of(
                                        Manifests.id(1, 1 + change),
                                        written.data(),
                                        Manifests.sample(Manifests.id(1, 1))
                                                .trees()
                                                .get(0)),
                                List.of()),
                        Manifests.REPOSITORY,
                        KEY);
                System.out.printf(
                        "%d tables, %s: manifest %d bytes (all tables in it: about %d), uploaded %d bytes in %d blobs%n",
                        tables,
                        change == 0 ? "full" : "one row more",
                        manifest.length,
                        inline,
                        session.uploadedBytes(),
                        session.uploadedBlobs());
                assertThat(manifest).hasSizeLessThan(mostManifest);
                if (change == 1) {
                    assertThat(session.uploadedBytes()).isLessThan(mostUploaded);
                }
            }
        }
    }

    private static TableData table(BlobSession session, int number, int more) {
        String rows = "1\tfirst of " + number + "\n" + "2\tmore\n".repeat(more);
        RowDigest digest = new RowDigest(List.of("id", "text"), List.of("id"));
        byte[] bytes = rows.getBytes(StandardCharsets.UTF_8);
        digest.write(bytes, 0, bytes.length);
        return new TableData(
                "public",
                "table_%05d".formatted(number),
                List.of("id", "text"),
                List.of("id"),
                1 + more,
                bytes.length,
                digest.digest(),
                null,
                new TableContent(stream(session, rows)));
    }

    private static StreamRef stream(BlobSession session, String text) {
        StreamWriter writer = StreamWriter.rows(session);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        writer.write(bytes, 0, bytes.length);
        return writer.finish();
    }
}
