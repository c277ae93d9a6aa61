package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestCodecTest {
    private static final SnapshotId ID = Manifests.id(1, 42);
    private static final SigningKey KEY = SigningKey.generate();
    private static final TrustedKeys TRUSTED = TrustedKeys.of(KEY.publicKey());

    private final Manifest manifest = Manifests.sample(ID);
    private final byte[] bytes = ManifestCodec.encode(manifest, Manifests.REPOSITORY, KEY);

    @Test
    void readsWhatItWrote() {
        assertThat(decode(bytes)).isEqualTo(manifest);
        assertThat(ManifestCodec.encode(manifest, Manifests.REPOSITORY, KEY)).isEqualTo(bytes);
    }

    @Test
    void readsThatItIsAServersLastAndWhichPartsAreOlder() {
        Manifest special = Manifests.with(
                manifest,
                new Manifest.Last(true),
                List.of(new Manifest.Carried("tree media", Manifests.id(1, 41), manifest.moment())));
        byte[] written = ManifestCodec.encode(special, Manifests.REPOSITORY, KEY);
        assertThat(decode(written)).isEqualTo(special);
        assertThat(new String(written, StandardCharsets.UTF_8))
                .contains("\"last\":{\"site_stopped\":true},\"carried\":[{\"part\":\"tree media\",\"snapshot\":"
                        + "\"00000001-00000041\",\"moment\":\"2026-11-20T10:11:12.131415Z\"}]");
        assertThat(text()).doesNotContain("\"last\"").doesNotContain("carried");
    }

    /** Only an orphan is of a server that began with another's snapshot and shipped none. */
    @Test
    void readsWithWhatTheServerOfAnOrphanBegan() {
        Manifest orphan = Manifests.orphan(manifest, Manifests.id(1, 5));
        byte[] written = ManifestCodec.encode(orphan, Manifests.REPOSITORY, KEY);
        assertThat(new String(written, StandardCharsets.UTF_8)).contains("\"imported\":\"00000001-00000005\"");
        assertThat(text()).doesNotContain("imported");
        assertThat(new ManifestReader(ID, Manifests.SITE, Manifests.REPOSITORY, Sealing.NONE, true)
                        .manifest(written, TRUSTED))
                .isEqualTo(orphan);

        String snapshot = new String(written, StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElseThrow()
                .replace("[\"orphan\"]", "[\"manual\"]");
        assertThat(failure(SignedLine.sign(snapshot.getBytes(StandardCharsets.UTF_8), KEY)))
                .hasMessageContaining("imported");
    }

    @ParameterizedTest
    @CsvSource({"tree other, 41", "tree media, 42", "tree media, 43", ", 41"})
    void refusesAPartThatIsNotThereOrNotOlder(String part, int sequence) {
        Manifest wrong = Manifests.with(
                manifest, null, List.of(new Manifest.Carried(part, Manifests.id(1, sequence), manifest.moment())));
        assertThat(failure(ManifestCodec.encode(wrong, Manifests.REPOSITORY, KEY))
                        .code())
                .isEqualTo(ErrorCode.MANIFEST_DAMAGED);
    }

    @Test
    void refusesTheManifestOfAnotherRepositoryOfThisSiteAndKey() {
        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class,
                () -> ManifestCodec.decode(bytes, ID, Manifests.SITE, new UUID(7, 8), TRUSTED));
        assertThat(e.code()).isEqualTo(ErrorCode.WRONG_REPOSITORY);
        assertThat(e).hasMessageContaining(Manifests.REPOSITORY + ", not ");
    }

    @Test
    void refusesAManifestThatNamesNoRepository() {
        byte[] without = SignedLine.sign(RepositoryJson.line(manifest), KEY);
        assertThat(failure(without).code()).isEqualTo(ErrorCode.WRONG_REPOSITORY);
    }

    @Test
    void writesTwoLinesWithNamesInSnakeCase() {
        List<String> lines = text().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0))
                .startsWith(
                        "{\"format\":2,\"repository\":\"00000000-0000-0007-0000-000000000007\",\"site\":\"example\","
                                + "\"snapshot\":\"00000001-00000042\",\"periods\":[\"manual\"],"
                                + "\"moment\":\"2026-11-20T10:11:12.131415Z\",\"wal_lsn\":\"0/1A2B3C\"")
                .doesNotContain("continues");
        assertThat(lines.get(1)).matches("ed25519 " + KEY.publicKey().id() + " [A-Za-z0-9+/]{86}==");
    }

    @Test
    void keepsThatABlobContinues() {
        StreamRef cut = StreamRef.of(List.of(
                new BlobRef(new BlobId("ab".repeat(32)), 10, 20, true),
                new BlobRef(new BlobId("cd".repeat(32)), 10, 20, false)));
        Manifest continued = Manifests.sample(ID, cut);
        assertThat(decode(ManifestCodec.encode(continued, Manifests.REPOSITORY, KEY)))
                .isEqualTo(continued);
    }

    @Test
    void knowsTheNewestSnapshotThatIsNotContinuous() {
        SnapshotId scheduled = new SnapshotId(1, 7);
        Manifest continuous = Manifests.continuous(manifest, scheduled);
        Manifest read = decode(ManifestCodec.encode(continuous, Manifests.REPOSITORY, KEY));
        assertThat(read).isEqualTo(continuous);
        assertThat(read.isContinuous()).isTrue();
        assertThat(read.scheduled()).contains(scheduled);
        assertThat(decode(bytes).scheduled()).contains(ID);
        assertThat(text()).doesNotContain("last_scheduled").doesNotContain("continuous");
        assertThat(decode(ManifestCodec.encode(Manifests.continuous(manifest, null), Manifests.REPOSITORY, KEY))
                        .scheduled())
                .isEmpty();
    }

    @Test
    void refusesAContinuousOneThatNamesALaterOne() {
        byte[] later = ManifestCodec.encode(Manifests.continuous(manifest, ID), Manifests.REPOSITORY, KEY);
        assertThat(failure(later)).hasMessageContaining("last_scheduled");
    }

    @Test
    void refusesEveryTruncation() {
        Set<ErrorCode> allowed = EnumSet.of(ErrorCode.MANIFEST_DAMAGED, ErrorCode.MANIFEST_UNSIGNED);
        for (int length = 0; length < bytes.length; length++) {
            assertThat(failure(Arrays.copyOf(bytes, length)).code()).isIn(allowed);
        }
    }

    @Test
    void refusesEveryFlippedBit() {
        Random random = new Random(1);
        for (int at = 0; at < bytes.length; at++) {
            byte[] flipped = bytes.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            assertThat(failure(flipped).code()).isNotNull();
        }
    }

    @Test
    void refusesAnAlteredManifest() {
        UnderstudyException e = failure(altered(text -> text.replace("\"rows\":1", "\"rows\":2")));
        assertThat(e.code()).isEqualTo(ErrorCode.SIGNATURE_INVALID);
        assertThat(e)
                .hasMessageContaining("manifest 00000001-00000042")
                .hasMessageContaining("does not match the content");
    }

    @Test
    void refusesAnUnsignedManifest() {
        byte[] unsigned = (text().lines().findFirst().orElseThrow() + "\n").getBytes(StandardCharsets.UTF_8);
        assertThat(failure(unsigned).code()).isEqualTo(ErrorCode.MANIFEST_UNSIGNED);
    }

    @Test
    void namesAnUnknownSignerAndTheTrustedOnes() {
        SigningKey stranger = SigningKey.generate();
        UnderstudyException e = failure(ManifestCodec.encode(manifest, Manifests.REPOSITORY, stranger));
        assertThat(e.code()).isEqualTo(ErrorCode.SIGNER_UNKNOWN);
        assertThat(e)
                .hasMessageContaining(stranger.publicKey().id())
                .hasMessageContaining(KEY.publicKey().id());
    }

    @Test
    void aForgedKeyIdDoesNotHelp() {
        SigningKey stranger = SigningKey.generate();
        String forged = new String(
                        ManifestCodec.encode(manifest, Manifests.REPOSITORY, stranger), StandardCharsets.UTF_8)
                .replace(stranger.publicKey().id(), KEY.publicKey().id());
        assertThat(failure(forged.getBytes(StandardCharsets.UTF_8)).code()).isEqualTo(ErrorCode.SIGNATURE_INVALID);
    }

    @ParameterizedTest
    @CsvSource({
        "ed25519, rsa-4096, SIGNATURE_INVALID",
        "ed25519, ED25519, MANIFEST_DAMAGED",
        "'ed25519 ', 'ed25519  ', MANIFEST_DAMAGED"
    })
    void refusesAnotherFormOfSignature(String found, String instead, ErrorCode code) {
        assertThat(failure(altered(text -> text.replace("\n" + found, "\n" + instead)))
                        .code())
                .isEqualTo(code);
    }

    @Test
    void refusesWhatFollowsTheSignature() {
        assertThat(failure(altered(text -> text + "more")).code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
    }

    @Test
    void refusesAnotherSite() {
        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class,
                () -> ManifestCodec.decode(bytes, ID, "other", Manifests.REPOSITORY, TRUSTED));
        assertThat(e.code()).isEqualTo(ErrorCode.WRONG_SITE);
        assertThat(e).hasMessageContaining("example").hasMessageContaining("other");
    }

    @Test
    void refusesAManifestUnderAnotherName() {
        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class,
                () -> ManifestCodec.decode(bytes, Manifests.id(1, 43), Manifests.SITE, Manifests.REPOSITORY, TRUSTED));
        assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
        assertThat(e).hasMessageContaining("00000001-00000042").hasMessageContaining("00000001-00000043");
    }

    @Test
    void refusesAFutureFormatWithoutUnderstandingTheRest() {
        UnderstudyException e = failure(signed("{\"site\":{\"now\":[\"an object\"]},\"format\":3}"));
        assertThat(e.code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN);
        assertThat(e).hasMessageContaining("format 3");
        assertThat(e.hint()).contains("upgrade");
    }

    @Test
    void refusesTheFormatFromBeforeTheFirstRelease() {
        UnderstudyException e = failure(signed("{\"format\":1,\"database\":{}}"));
        assertThat(e.code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN);
        assertThat(e).hasMessageContaining("format 1, from before the first release");
        assertThat(e.hint()).contains("agent-primary init");
    }

    @Test
    void refusesADatabaseOfAKindThatItDoesNotKnow() {
        UnderstudyException e = failure(resigned("\"kind\":\"postgresql\"", "\"kind\":\"mysql\""));
        assertThat(e.code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN);
        assertThat(e).hasMessageContaining("manifest 00000001-00000042").hasMessageContaining("kind \"mysql\"");
    }

    /** Retention keeps what it names; only who loads it must refuse. */
    @Test
    void readsADatabaseOfACommandWithoutWhatOnlyPostgresqlHas() {
        DatabaseData sample = manifest.database();
        DatabaseData command = DatabaseData.ofCommand(
                "search",
                sample.archive(),
                sample.references(),
                new DatabaseData.Dump(Instant.parse("2026-11-20T09:59:58Z"), "command"));
        Manifest other = Manifests.of(ID, command, manifest.trees().get(0));
        Manifest read = decode(ManifestCodec.encode(other, Manifests.REPOSITORY, KEY));
        assertThat(read).isEqualTo(other);
        assertThat(SnapshotBlobs.sections(read)).hasSize(2);
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, read::database);
        assertThat(e.code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN);
        assertThat(e).hasMessageContaining("search (command)");
    }

    @Test
    void keepsThatAStreamIsLong() {
        StreamRef long_ = new StreamRef(1L << 40, null, manifest.database().archive());
        Manifest other = Manifests.sample(ID, long_);
        assertThat(decode(ManifestCodec.encode(other, Manifests.REPOSITORY, KEY)))
                .isEqualTo(other);
        assertThat(new String(ManifestCodec.encode(other, Manifests.REPOSITORY, KEY), StandardCharsets.UTF_8))
                .contains("\"archive\":{\"bytes\":1099511627776,\"list\":{\"bytes\":10,\"blobs\":[{\"id\":");
    }

    @Test
    void doesNotTellTheFormatOfWhatNobodyTrustedSigned() {
        byte[] future = SignedLine.sign("{\"format\":3}".getBytes(StandardCharsets.UTF_8), SigningKey.generate());
        assertThat(failure(future).code()).isEqualTo(ErrorCode.SIGNER_UNKNOWN);
    }

    @Test
    void ignoresFieldsItDoesNotKnow() {
        assertThat(decode(resigned("\"site\":", "\"later\":{\"a\":[1,2]},\"site\":")))
                .isEqualTo(manifest);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"format\":2| \"format\":0",
                "\"format\":2| \"format\":\"2\"",
                "\"format\":2| \"format\":2.5",
                "\"format\":2| \"format\":99999999999",
                "\"snapshot\":\"00000001-00000042\"| \"snapshot\":null",
                "\"snapshot\":\"00000001-00000042\"| \"snapshot\":\"1-42\"",
                "\"site\":\"example\"| \"site\":null",
                "\"site\":\"example\"| \"site\":\"example\",\"site\":\"example\"",
                "\"periods\":[\"manual\"]| \"periods\":null",
                "\"periods\":[\"manual\"]| \"periods\":[null]",
                "\"moment\":\"2026| \"moment\":\"soon",
                "\"rows\":1,| \"rows\":-1,",
                "\"rows\":1,| \"rows\":null,",
                "\"bytes\":10,\"stored\":20| \"bytes\":-10,\"stored\":20",
                "\"bytes\":10,\"stored\":20| \"bytes\":10,\"stored\":-20",
                "\"bytes\":10,\"stored\":20| \"bytes\":99999999999,\"stored\":20",
                "\"bytes\":10,\"blobs\"| \"bytes\":11,\"blobs\"",
                "\"id\":\"abab| \"id\":\"ABAB",
                "\"kind\":\"files\"| \"kind\":\"devices\"",
                "\"kind\":\"files\"| \"kind\":null",
                "\"kind\":\"postgresql\"| \"kind\":null",
                "\"disk_bytes\":8388608| \"disk_bytes\":-1",
                "\"schema_hash\"| \"hash\"",
                "\"sequences\":{| \"sequence\":{",
                "\"references\":{| \"names\":{",
                "\"bytes\":10,\"blobs\":[| \"bytes\":10,\"list\":{\"bytes\":0,\"blobs\":[]},\"blobs\":[",
                "\"uploaded_bytes\":60| \"uploaded_bytes\":-1",
                "\"totals\"| \"sums\"",
                "\"databases\"| \"db\"",
            })
    void refusesValuesThatNobodyCanMean(String found, String instead) {
        assertThat(text()).contains(found);
        assertThat(failure(resigned(found, instead)).code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {"[]", "null", "7", "{", "{} {}", "``", "{\"format\":2}"})
    void refusesWhatIsNoManifestAtAll(String line) {
        assertThat(failure(signed(line)).code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
    }

    @Test
    void refusesADeeplyNestedOne() {
        assertThat(failure(signed("{\"a\":" + "[".repeat(200_000))).code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
    }

    private String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private byte[] altered(UnaryOperator<String> change) {
        return change.apply(text()).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] resigned(String found, String instead) {
        return signed(text().lines().findFirst().orElseThrow().replace(found, instead));
    }

    private static byte[] signed(String line) {
        return SignedLine.sign(line.getBytes(StandardCharsets.UTF_8), KEY);
    }

    private static Manifest decode(byte[] bytes) {
        return ManifestCodec.decode(bytes, ID, Manifests.SITE, Manifests.REPOSITORY, TRUSTED);
    }

    private static UnderstudyException failure(byte[] bytes) {
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, () -> decode(bytes));
        assertThat(e).isNotNull();
        return e;
    }
}
