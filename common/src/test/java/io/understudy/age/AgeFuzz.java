package io.understudy.age;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.FolderDeletion;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;

/** Age files, and the text forms of their keys. */
public final class AgeFuzz {
    private AgeFuzz() {}

    public static List<Named> targets() {
        return List.of(
                new Named("age-file", AgeFuzz::file),
                new Named("age-identities", AgeFuzz::identities),
                new Named("age-recipient", AgeFuzz::recipient));
    }

    /** What is not as it was sealed is refused, or comes out as it was. */
    private static FuzzTarget file() {
        AgeIdentity mine = AgeIdentity.generate();
        AgeIdentity other = AgeIdentity.generate();
        List<byte[]> plain =
                List.of(new byte[0], "content".repeat(20).getBytes(StandardCharsets.UTF_8), new byte[70_000]);
        List<byte[]> sealed = plain.stream()
                .map(each -> AgeFiles.seal(each, List.of(mine.recipient(), other.recipient())))
                .toList();
        return FuzzTarget.of(Form.BYTES, sealed, input -> {
                    byte[] opened = AgeFiles.open(input, List.of(mine));
                    assertThat(plain).anyMatch(each -> Arrays.equals(each, opened));
                })
                .documenting(AgeException.class)
                .knowing("-> X25519 ", "-> ", "\n--- ", "age-encryption.org/v1\n", "-> scrypt ");
    }

    private static FuzzTarget identities() throws IOException {
        Path folder = Files.createTempDirectory("understudy-fuzz");
        Path file = folder.resolve("identity.txt");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        AgeIdentity identity = AgeIdentity.generate();
        String text = "# created: 2026-11-20T10:00:00Z\n# public key: " + identity.recipient() + "\n"
                + identity.reveal() + "\n";
        return FuzzTarget.text(List.of(text, identity.reveal()), input -> {
                    Files.write(file, input);
                    List<AgeIdentity> found = IdentityFile.load(file);
                    assertThat(found).isNotEmpty();
                })
                .knowing("AGE-SECRET-KEY-1", "AGE-PLUGIN-", "\r\n", "#")
                .closing(() -> FolderDeletion.delete(folder));
    }

    private static FuzzTarget recipient() {
        return FuzzTarget.text(List.of(AgeIdentity.generate().recipient().text()), input -> {
                    Recipient read = Recipient.parse(new String(input, StandardCharsets.UTF_8));
                    assertThat(Recipient.parse(read.text())).isEqualTo(read);
                })
                .documenting(IllegalArgumentException.class)
                .knowing("age1", "ssh-ed25519 ", "age1pq1", "q");
    }
}
