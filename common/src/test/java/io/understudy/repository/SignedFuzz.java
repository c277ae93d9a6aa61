package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.filestore.Content;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.InMemoryFilestore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Manifests and claims: as a trusted key signed them, whatever they say then, and as anyone may alter them. */
public final class SignedFuzz {
    private static final SigningKey KEY = FastSignatures.key();
    private static final TrustedKeys TRUSTED = TrustedKeys.of(KEY.publicKey());
    private static final SnapshotId ID = Manifests.id(1, 42);
    private static final String CLAIM = Epochs.key(2);

    private SignedFuzz() {}

    public static List<Named> targets() {
        return List.of(
                new Named("manifest", SignedFuzz::manifest),
                new Named("manifest-altered", SignedFuzz::alteredManifest),
                new Named("claim", SignedFuzz::claim),
                new Named("claim-altered", SignedFuzz::alteredClaim));
    }

    private static List<byte[]> manifests() {
        Manifest sample = Manifests.sample(ID);
        return List.of(
                ManifestCodec.encode(sample, Manifests.REPOSITORY, KEY),
                ManifestCodec.encode(Manifests.continuous(sample, Manifests.id(1, 40)), Manifests.REPOSITORY, KEY));
    }

    private static Manifest decoded(byte[] object) {
        return ManifestCodec.decode(object, ID, Manifests.SITE, Manifests.REPOSITORY, TRUSTED);
    }

    private static FuzzTarget manifest() {
        return FuzzTarget.of(Form.JSON, firstLines(manifests()), line -> {
            Manifest read = decoded(signed(line));
            assertThat(decoded(ManifestCodec.encode(read, Manifests.REPOSITORY, KEY)))
                    .isEqualTo(read);
        });
    }

    private static FuzzTarget alteredManifest() {
        List<byte[]> genuine = manifests();
        return FuzzTarget.of(Form.BYTES, genuine, object -> {
            decoded(object);
            assertGenuine(object, genuine);
        });
    }

    private static FuzzTarget claim() {
        Claims claims = new Claims();
        return FuzzTarget.of(Form.JSON, firstLines(List.of(claims.genuine)), line -> {
            EpochClaim read = claims.read(signed(line));
            assertThat(claims.read(new Claims().written(read))).isEqualTo(read);
        });
    }

    private static FuzzTarget alteredClaim() {
        Claims claims = new Claims();
        return FuzzTarget.of(Form.BYTES, List.of(claims.genuine), object -> {
            claims.read(object);
            assertGenuine(object, List.of(claims.genuine));
        });
    }

    private static void assertGenuine(byte[] object, List<byte[]> genuine) {
        assertThat(genuine.stream().anyMatch(each -> Arrays.equals(each, object)))
                .as("only what was signed is accepted")
                .isTrue();
    }

    private static List<byte[]> firstLines(List<byte[]> objects) {
        return objects.stream()
                .map(object -> new String(object, StandardCharsets.UTF_8).split("\n")[0])
                .map(line -> line.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /** A line that holds a newline is none: what is behind it is the signature's line then. */
    private static byte[] signed(byte[] line) {
        return SignedLine.sign(line, KEY);
    }

    /** A repository whose second epoch is claimed. */
    private static final class Claims {
        private final InMemoryFilestore store = new InMemoryFilestore();
        private final Epochs epochs = Repository.create(
                        store, Manifests.REPOSITORY, Manifests.SITE, TRUSTED, Clock.systemUTC())
                .epochs();
        private final byte[] genuine =
                written(new EpochClaim(2, "b", Instant.parse("2026-11-20T10:00:00Z"), "promote", "n"));

        byte[] written(EpochClaim claim) {
            store.delete(CLAIM);
            epochs.claim(claim, KEY);
            return SmallObject.read(store, CLAIM, Epochs.LONGEST).orElseThrow();
        }

        EpochClaim read(byte[] object) {
            store.put(CLAIM, Content.of(object));
            return epochs.read(2).orElseThrow();
        }
    }
}
