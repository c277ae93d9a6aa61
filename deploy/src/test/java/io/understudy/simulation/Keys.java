package io.understudy.simulation;

import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FastSignatures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;

/** The servers' keys, the same in every run: a signature must not make one run differ from the next. */
record Keys(Path folder, List<SigningKey> keys, TrustedKeys trusted) {
    private static final int SERVERS = 3;
    /** What stands before the 32 bytes of an Ed25519 key in PKCS#8 (RFC 8410). */
    private static final byte[] HEAD = {0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20};

    static Keys in(Path folder) {
        TrustedKeys trusted = TrustedKeys.of();
        List<SigningKey> keys = new ArrayList<>();
        for (int i = 0; i < SERVERS; i++) {
            write(file(folder, i), i);
            keys.add(SigningKey.load(file(folder, i)));
            trusted = trusted.and(keys.get(i).publicKey());
            register(keys.get(i), file(folder, i), i);
        }
        return new Keys(folder, List.copyOf(keys), trusted);
    }

    Path file(int number) {
        return file(folder, number);
    }

    List<Path> publicFiles() {
        return IntStream.range(0, SERVERS)
                .mapToObj(number -> SigningKey.publicPath(file(number)))
                .toList();
    }

    private static Path file(Path folder, int number) {
        return folder.resolve(number + ".pem");
    }

    /** Its public half is where the platform computes it, in a file that the agents write too. */
    private static void register(SigningKey key, Path file, int number) {
        key.writePublic(file);
        try {
            String pem = Files.readString(SigningKey.publicPath(file)).replaceAll("-----[^-]*-----|\\s", "");
            FastSignatures.register(key(number), Base64.getDecoder().decode(pem));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] key(int number) {
        byte[] key = Arrays.copyOf(HEAD, HEAD.length + 32);
        Arrays.fill(key, HEAD.length, key.length, (byte) (number + 1));
        return key;
    }

    private static void write(Path file, int number) {
        byte[] key = key(number);
        String pem = "-----BEGIN PRIVATE KEY-----\n" + Base64.getEncoder().encodeToString(key)
                + "\n-----END PRIVATE KEY-----\n";
        try {
            Files.writeString(file, pem);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
