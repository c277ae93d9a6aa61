package io.understudy.repository.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.FastSignatures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class VerifyingKeyTest {
    private static final int MANY = 1000;

    private final SigningKey signer = FastSignatures.key();
    private final VerifyingKey key = signer.publicKey();

    @Test
    void aFileWithoutAnEndIsNoKey() {
        UnderstudyException e =
                catchThrowableOfType(UnderstudyException.class, () -> VerifyingKey.load(Path.of("/dev/zero")));
        assertThat(e.code()).isEqualTo(ErrorCode.KEY_INVALID);
        assertThat(e).hasMessageContaining("too long");
    }

    @Test
    void checksTheSameObjectOnce() {
        byte[] content = content(1);
        byte[] signature = signer.sign(content);
        long before = FastSignatures.checks();

        for (int i = 0; i < 3; i++) {
            assertThat(verifies(content, signature)).isTrue();
        }

        assertThat(FastSignatures.checks() - before).isEqualTo(1);
    }

    @Test
    void whatItRemembersIsValidForNothingElse() {
        byte[] content = content(1);
        byte[] signature = signer.sign(content);
        assertThat(verifies(content, signature)).isTrue();

        for (int i = 0; i < signature.length; i++) {
            assertThat(verifies(content, changed(signature, i))).isFalse();
        }
        for (int i = 0; i < content.length; i++) {
            assertThat(verifies(changed(content, i), signature)).isFalse();
        }
        assertThat(FastSignatures.key().publicKey().verifies(content, 0, content.length, signature))
                .isFalse();
        assertThat(key.verifies(content, 0, content.length - 1, signature)).isFalse();
        assertThat(verifies(content, new byte[0])).isFalse();
        assertThat(verifies(content, signature)).isTrue();
    }

    @Test
    void aRefusedObjectIsNotRemembered() {
        byte[] content = content(1);
        byte[] forged = changed(signer.sign(content), 0);

        assertThat(verifies(content, forged)).isFalse();
        assertThat(verifies(content, forged)).isFalse();
    }

    @Test
    void remembersOnlyTheLastOnes() {
        byte[] first = content(0);
        byte[] signature = signer.sign(first);
        assertThat(verifies(first, signature)).isTrue();
        for (int i = 1; i < MANY; i++) {
            assertThat(verifies(content(i), signer.sign(content(i)))).isTrue();
        }
        long before = FastSignatures.checks();

        assertThat(verifies(first, signature)).isTrue();

        assertThat(FastSignatures.checks() - before).isEqualTo(1);
    }

    private boolean verifies(byte[] content, byte[] signature) {
        return key.verifies(content, 0, content.length, signature);
    }

    private static byte[] content(int number) {
        return ("content " + number).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] changed(byte[] bytes, int at) {
        byte[] changed = bytes.clone();
        changed[at] ^= 1;
        return changed;
    }
}
