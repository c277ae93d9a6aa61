package io.understudy.repository.key;

import io.understudy.files.FolderDeletion;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Key files. */
public final class KeyFuzz {
    private KeyFuzz() {}

    public static List<Named> targets() {
        return List.of(
                new Named("private-key", () -> target(SigningKey::load, false)),
                new Named("public-key", () -> target(VerifyingKey::load, true)));
    }

    private static FuzzTarget target(Consumer<Path> reader, boolean isPublic) throws IOException {
        Path folder = Files.createTempDirectory("understudy-fuzz");
        Path secret = folder.resolve("key.pem");
        SigningKey.generate(secret);
        Path read = isPublic ? SigningKey.publicPath(secret) : secret;
        return FuzzTarget.of(Form.TEXT, List.of(Files.readAllBytes(read)), input -> {
                    Files.write(read, input);
                    reader.accept(read);
                })
                .knowing(
                        "-----BEGIN PUBLIC KEY-----\n",
                        "-----END PUBLIC KEY-----",
                        "\r\n",
                        "=",
                        "MC4CAQAwBQYDK2VwBCIEIA")
                .closing(() -> FolderDeletion.delete(folder));
    }
}
