package io.understudy.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.exceptionfactory.jagged.framework.stream.StandardDecryptingChannelFactory;
import com.exceptionfactory.jagged.framework.stream.StandardEncryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import io.understudy.repository.Samples;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.security.Provider;
import java.security.Security;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeCiphersTest {
    private static final AgeIdentity IDENTITY = AgeIdentity.generate();

    /** Its cipher is there, and is another. */
    private static final class Wrong extends Provider {
        private static final long serialVersionUID = 1;

        Wrong() {
            super("Wrong", "1", "for a test");
            Provider.Service other = Security.getProvider("SunJCE").getService("Cipher", "ChaCha20");
            put("Cipher.ChaCha20-Poly1305", other.getClassName());
        }
    }

    /** Its cipher is right. */
    private static final class WithoutAgreement extends Provider {
        private static final long serialVersionUID = 1;

        WithoutAgreement() {
            super("WithoutAgreement", "1", "for a test");
            Provider.Service right = Security.getProvider("SunJCE").getService("Cipher", "ChaCha20-Poly1305");
            put("Cipher.ChaCha20-Poly1305", right.getClassName());
        }
    }

    private static boolean isSupported() {
        return System.getProperty("os.name").equals("Linux")
                && List.of("amd64", "aarch64").contains(System.getProperty("os.arch"));
    }

    @Test
    void isUsedWhereThereIsOne() {
        assumeThat(isSupported()).isTrue();
        assertThat(NativeCiphers.provider()).isPresent();
    }

    @Test
    void theSampleIsWhatJavaSeals() throws Exception {
        Cipher java = Cipher.getInstance("ChaCha20-Poly1305", "SunJCE");
        java.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(new byte[32], "ChaCha20"), new IvParameterSpec(new byte[12]));
        assertThat(java.doFinal(new byte[16])).isEqualTo(NativeCiphers.SAMPLE);
    }

    @Test
    void aLibraryThatCannotBeLoadedLeavesJavasOwn() {
        assertThat(NativeCiphers.tried(() -> {
                    throw new UnsatisfiedLinkError("failed to map segment from shared object");
                }))
                .isEmpty();
        assertThat(NativeCiphers.tried(() -> {
                    throw new IllegalStateException("no native library");
                }))
                .isEmpty();
    }

    @Test
    void aCipherThatSealsOtherwiseIsNotUsed() {
        assertThat(NativeCiphers.tried(Wrong::new)).isEmpty();
    }

    @Test
    void anAgreementThatIsAnotherIsNotUsed() {
        assertThat(NativeCiphers.tried(WithoutAgreement::new)).isEmpty();
    }

    /** What one of them sealed the other opens. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_536, 65_537, 300_000})
    void bothAreTheSameCipher(int length) throws Exception {
        byte[] plain = Samples.bytes(length, length);
        try (ReadableByteChannel opened = new StandardDecryptingChannelFactory()
                .newDecryptingChannel(
                        Channels.newChannel(
                                new ByteArrayInputStream(AgeFiles.seal(plain, List.of(IDENTITY.recipient())))),
                        List.of(X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(IDENTITY.reveal())))) {
            assertThat(Channels.newInputStream(opened).readAllBytes()).isEqualTo(plain);
        }
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        try (WritableByteChannel channel = new StandardEncryptingChannelFactory()
                .newEncryptingChannel(
                        Channels.newChannel(sealed),
                        List.of(X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(
                                IDENTITY.recipient().text())))) {
            channel.write(ByteBuffer.wrap(plain));
        }
        assertThat(AgeFiles.open(sealed.toByteArray(), List.of(IDENTITY))).isEqualTo(plain);
    }
}
