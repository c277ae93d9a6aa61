package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.age.AgeFiles;
import io.understudy.age.AgeIdentity;
import io.understudy.filestore.Content;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** What an encrypted repository has of its own: as a trusted key signed it, and as anyone may alter it. */
public final class SealedFuzz {
    private static final SigningKey SIGNER = FastSignatures.key();
    private static final TrustedKeys TRUSTED = TrustedKeys.of(SIGNER.publicKey());
    private static final SnapshotId ID = Manifests.id(1, 42);

    private SealedFuzz() {}

    public static List<Named> targets() {
        return List.of(
                new Named("sealed-manifest", SealedFuzz::manifest),
                new Named("sealed-outline", SealedFuzz::outline),
                new Named("repository-key", SealedFuzz::key),
                new Named("sealed-blob", SealedFuzz::blob));
    }

    private static byte[] sealed(Sealing sealing) {
        return ManifestCodec.encode(Manifests.sample(ID), Manifests.REPOSITORY, sealing, SIGNER);
    }

    /** The line outside, signed again whatever it says: what is sealed in it stays what it was. */
    private static FuzzTarget manifest() {
        Sealing sealing = RepositoryKey.generate(new SecureRandom()).sealing();
        ManifestReader reader = new ManifestReader(ID, Manifests.SITE, Manifests.REPOSITORY, sealing, false);
        return FuzzTarget.of(
                Form.JSON,
                List.of(firstLine(sealed(sealing))),
                line -> assertThat(reader.manifest(SignedLine.sign(line, SIGNER), TRUSTED))
                        .isEqualTo(Manifests.sample(ID)));
    }

    /** The line inside, sealed and signed again whatever it says. */
    private static FuzzTarget outline() {
        Sealing sealing = RepositoryKey.generate(new SecureRandom()).sealing();
        ManifestReader reader = new ManifestReader(ID, Manifests.SITE, Manifests.REPOSITORY, sealing, false);
        String object = new String(sealed(sealing), StandardCharsets.UTF_8);
        byte[] outline = RepositoryJson.line(Outline.of(Manifests.sample(ID)));
        return FuzzTarget.of(Form.JSON, List.of(outline), input -> {
            String text = Base64.getEncoder().encodeToString(sealing.sealOutline(input));
            String line = object.split("\n")[0].replaceFirst("\"outline\":\"[^\"]*\"", "\"outline\":\"" + text + "\"");
            Outline read = reader.outline(SignedLine.sign(line.getBytes(StandardCharsets.UTF_8), SIGNER), TRUSTED);
            assertThat(read.snapshot()).isEqualTo(ID);
            read.parts()
                    .forEach(
                            part -> part.listing(blob -> assertThat(blob.blob()).isNotNull()));
        });
    }

    /** What is in the object of the keys, signed and sealed again whatever it says. */
    private static FuzzTarget key() throws IOException {
        InMemoryFilestore store = new InMemoryFilestore();
        AgeIdentity mine = AgeIdentity.generate();
        RepositoryKey key = RepositoryKey.generate(new SecureRandom());
        KeyObject.write(store, Manifests.REPOSITORY, Manifests.SITE, key, List.of(mine.recipient()), SIGNER);
        byte[] genuine = SmallObject.read(store, KeyObject.key(1), 1 << 20).orElseThrow();
        return FuzzTarget.of(Form.JSON, List.of(firstLine(AgeFiles.open(genuine, List.of(mine)))), line -> {
            store.put(
                    KeyObject.key(1),
                    Content.of(AgeFiles.seal(SignedLine.sign(line, SIGNER), List.of(mine.recipient()))));
            KeyObject.Opened opened =
                    KeyObject.open(store, List.of(mine), Manifests.REPOSITORY, Manifests.SITE, TRUSTED);
            assertThat(opened.key().number()).isEqualTo(1);
        });
    }

    /** Whatever is stored under a blob's name: its content comes out, or a failure. */
    private static FuzzTarget blob() throws IOException {
        InMemoryFilestore store = new InMemoryFilestore();
        Sealing sealing = RepositoryKey.generate(new SecureRandom()).sealing();
        Blobs blobs = new Blobs(store, Clock.systemUTC(), sealing);
        byte[] content = "a row of the site\n".repeat(300).getBytes(StandardCharsets.UTF_8);
        BlobRef blob = blobs.put(content, 0, content.length);
        byte[] object;
        try (InputStream in = store.open(blobs.object(blob.id()), 0)) {
            object = in.readAllBytes();
        }
        return FuzzTarget.of(Form.BYTES, List.of(object), input -> {
                    store.put(blobs.object(blob.id()), Content.of(input));
                    try (InputStream in = blobs.open(blob)) {
                        assertThat(Arrays.equals(in.readAllBytes(), content)).isTrue();
                    }
                })
                .documenting(IOException.class);
    }

    private static byte[] firstLine(byte[] object) {
        return new String(object, StandardCharsets.UTF_8).split("\n")[0].getBytes(StandardCharsets.UTF_8);
    }
}
