package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.age.AgeException;
import io.understudy.age.AgeFiles;
import io.understudy.age.AgeIdentity;
import io.understudy.age.Recipient;
import io.understudy.filestore.Content;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.InMemoryFilestore;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/** What an encrypted repository has more: age files, sealed manifests and the object with the key. */
public final class SealedFuzz {
    private static final SigningKey KEY = FastSignatures.key();
    private static final TrustedKeys TRUSTED = TrustedKeys.of(KEY.publicKey());
    private static final SnapshotId ID = Manifests.id(1, 42);
    private static final AgeIdentity IDENTITY = AgeIdentity.generate();
    private static final List<Recipient> RECIPIENTS =
            List.of(IDENTITY.recipient(), AgeIdentity.generate().recipient());
    private static final RepositoryKey SEALED = RepositoryKey.generate(new SecureRandom());

    private SealedFuzz() {}

    public static List<Named> targets() {
        return List.of(
                new Named("age", SealedFuzz::age),
                new Named("manifest-sealed", SealedFuzz::manifest),
                new Named("repository-key", SealedFuzz::key));
    }

    /** As anyone may alter it: what was sealed comes out, or a failure. */
    private static FuzzTarget age() {
        List<byte[]> contents = List.of(new byte[0], Samples.bytes(1, 300), Samples.bytes(2, 140_000));
        List<byte[]> sealed = contents.stream()
                .map(content -> AgeFiles.seal(content, RECIPIENTS))
                .toList();
        return FuzzTarget.of(Form.BYTES, sealed, input -> {
                    byte[] opened = AgeFiles.open(input, List.of(IDENTITY));
                    assertThat(contents).anyMatch(content -> Arrays.equals(content, opened));
                })
                .documenting(AgeException.class)
                .knowing("age-encryption.org/v1", "-> X25519 ", "-> scrypt ", "---", "AAAA")
                .slow();
    }

    /** As a trusted key could sign it, whatever it says. */
    private static FuzzTarget manifest() {
        Sealing sealing = SEALED.sealing();
        byte[] genuine = ManifestCodec.encode(Manifests.sample(ID), Manifests.REPOSITORY, sealing, KEY);
        ManifestReader reader = new ManifestReader(ID, Manifests.SITE, Manifests.REPOSITORY, sealing);
        return FuzzTarget.of(Form.JSON, List.of(firstLine(genuine)), line -> {
                    byte[] signed = SignedLine.sign(line, KEY);
                    Outline outline = reader.outline(signed, TRUSTED);
                    assertThat(outline).isEqualTo(Outline.of(reader.manifest(signed, TRUSTED)));
                })
                .slow();
    }

    private static FuzzTarget key() throws Exception {
        InMemoryFilestore store = new InMemoryFilestore();
        KeyObject.write(store, Manifests.REPOSITORY, Manifests.SITE, SEALED, RECIPIENTS, KEY);
        byte[] stored = SmallObject.read(store, KeyObject.key(1), 1 << 20).orElseThrow();
        byte[] line = firstLine(AgeFiles.open(stored, List.of(IDENTITY)));
        return FuzzTarget.of(Form.JSON, List.of(line), input -> {
                    byte[] sealed = AgeFiles.seal(SignedLine.sign(input, KEY), RECIPIENTS);
                    store.put(KeyObject.key(1), Content.of(sealed));
                    KeyObject.open(store, List.of(IDENTITY), Manifests.REPOSITORY, Manifests.SITE, TRUSTED);
                })
                .slow();
    }

    private static byte[] firstLine(byte[] signed) {
        return new String(signed, StandardCharsets.UTF_8).split("\n")[0].getBytes(StandardCharsets.UTF_8);
    }
}
