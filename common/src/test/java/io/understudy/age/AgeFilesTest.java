package io.understudy.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.repository.Samples;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgeFilesTest {
    private static final AgeIdentity A = AgeIdentity.generate();
    private static final AgeIdentity B = AgeIdentity.generate();
    private static final AgeIdentity OTHER = AgeIdentity.generate();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 1_000_000})
    void eachRecipientOpensContentOfAnyLength(int length) throws IOException {
        byte[] plain = Samples.bytes(length, length);
        byte[] sealed = AgeFiles.seal(plain, List.of(A.recipient(), B.recipient()));
        assertThat(sealed.length).isLessThanOrEqualTo((int) AgeFiles.most(length, 2));
        assertThat(new String(sealed, 0, 21, StandardCharsets.US_ASCII)).isEqualTo("age-encryption.org/v1");
        assertThat(AgeFiles.open(sealed, List.of(A))).isEqualTo(plain);
        assertThat(AgeFiles.open(sealed, List.of(OTHER, B))).isEqualTo(plain);
    }

    @Test
    void opensForNoOther() {
        byte[] sealed = AgeFiles.seal(Samples.text("content"), List.of(A.recipient(), B.recipient()));
        assertThatThrownBy(() -> AgeFiles.open(sealed, List.of(OTHER)))
                .isInstanceOfSatisfying(
                        AgeException.class, e -> assertThat(e.recipients()).isEqualTo(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "age", "age-encryption.org/v1\n", "age-encryption.org/v1\n-> X25519 x\n", "(\u00b5/\u00fd"})
    void whatIsNoAgeFileIsSaidToBeNone(String text) {
        byte[] sealed = text.getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> AgeFiles.open(sealed, List.of(A))).isInstanceOf(AgeException.class);
    }

    @Test
    void noAlteredByteAndNoLostEndGoesUnnoticed() {
        byte[] plain = Samples.bytes(3, 70_000);
        byte[] sealed = AgeFiles.seal(plain, List.of(A.recipient()));
        for (int at = 0; at < sealed.length; at += 997) {
            byte[] altered = sealed.clone();
            altered[at] ^= 1;
            assertThatThrownBy(() -> AgeFiles.open(altered, List.of(A)))
                    .as("byte " + at)
                    .isInstanceOf(AgeException.class);
        }
        for (int length : new int[] {sealed.length - 1, sealed.length - 4480, 65_752, 300}) {
            assertThatThrownBy(() -> AgeFiles.open(Arrays.copyOf(sealed, length), List.of(A)))
                    .as("cut to " + length)
                    .isInstanceOf(AgeException.class);
        }
    }

    /** A connection that breaks is no damage of the object. */
    @Test
    void aFailureOfTheSourceStaysItsOwn() {
        byte[] sealed = AgeFiles.seal(Samples.bytes(4, 200_000), List.of(A.recipient()));
        InputStream breaking = new InputStream() {
            private final InputStream in = new ByteArrayInputStream(sealed, 0, 100_000);

            @Override
            public int read() throws IOException {
                throw new IOException("not used");
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                int count = in.read(target, offset, length);
                if (count < 0) {
                    throw new IOException("reset by peer");
                }
                return count;
            }
        };
        assertThatThrownBy(() -> AgeFiles.open(breaking, List.of(A)).readAllBytes())
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("reset by peer");
    }

    @Test
    void isReadByteByByteToo() throws IOException {
        byte[] plain = Samples.bytes(5, 66_000);
        byte[] sealed = AgeFiles.seal(plain, List.of(A.recipient()));
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (InputStream in = AgeFiles.open(new ByteArrayInputStream(sealed), List.of(A))) {
            for (int b = in.read(); b >= 0; b = in.read()) {
                read.write(b);
            }
        }
        assertThat(read.toByteArray()).isEqualTo(plain);
    }
}
