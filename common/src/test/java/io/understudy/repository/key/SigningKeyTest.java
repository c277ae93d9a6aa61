package io.understudy.repository.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.repository.Samples;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SigningKeyTest {
    private static final byte[] LINE = Samples.text("{\"a\":1}");

    @TempDir
    Path folder;

    @Test
    void aPairSurvivesItsFiles() throws IOException {
        Path file = folder.resolve("keys/signing.pem");
        SigningKey made = SigningKey.generate(file);
        SigningKey loaded = SigningKey.load(file);
        TrustedKeys trusted = TrustedKeys.load(List.of(folder.resolve("keys/signing.pub.pem")));
        assertThat(loaded.publicKey().id()).isEqualTo(made.publicKey().id()).matches("[0-9a-f]{16}");
        SignedLine.parse("a test", SignedLine.sign(LINE, loaded)).verified(trusted);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files)
                    .extracting(p -> p.getFileName().toString())
                    .containsExactlyInAnyOrder("signing.pem", "signing.pub.pem");
        }
    }

    @Test
    void aTrustedKeyIsDemandedAtFirstAndCountsNoMoreWhenItsFileIsRemoved() throws IOException {
        Path kept = folder.resolve("kept.pub.pem");
        Path revoked = folder.resolve("revoked.pub.pem");
        SigningKey first = SigningKey.generate(folder.resolve("first.pem"));
        SigningKey second = SigningKey.generate(folder.resolve("second.pem"));
        Files.copy(SigningKey.publicPath(folder.resolve("first.pem")), kept);
        assertThat(failure(() -> TrustedKeys.load(List.of(kept, revoked))).code())
                .isEqualTo(ErrorCode.KEY_MISSING);
        Files.copy(SigningKey.publicPath(folder.resolve("second.pem")), revoked);
        TrustedKeys trusted = TrustedKeys.load(List.of(kept, revoked));
        SignedLine stolen = SignedLine.parse("a test", SignedLine.sign(LINE, second));
        stolen.verified(trusted);

        Files.delete(revoked);

        assertThat(failure(() -> stolen.verified(trusted)).code()).isEqualTo(ErrorCode.SIGNER_UNKNOWN);
        SignedLine.parse("a test", SignedLine.sign(LINE, first)).verified(trusted);
    }

    @Test
    void aTrustedKeyThatIsExchangedOrComesLaterCountsWithoutARestart() throws IOException {
        Path mine = folder.resolve("mine.pub.pem");
        Path peers = folder.resolve("peer.pub.pem");
        SigningKey first = SigningKey.generate(folder.resolve("first.pem"));
        SigningKey second = SigningKey.generate(folder.resolve("second.pem"));
        Files.copy(SigningKey.publicPath(folder.resolve("first.pem")), mine);
        TrustedKeys trusted = TrustedKeys.loadPresent(List.of(mine, peers));
        SignedLine ours = SignedLine.parse("a test", SignedLine.sign(LINE, first));
        SignedLine theirs = SignedLine.parse("a test", SignedLine.sign(LINE, second));
        ours.verified(trusted);
        assertThat(failure(() -> theirs.verified(trusted)).code()).isEqualTo(ErrorCode.SIGNER_UNKNOWN);

        Files.copy(SigningKey.publicPath(folder.resolve("second.pem")), peers);
        theirs.verified(trusted);
        Files.delete(mine);

        assertThat(failure(() -> ours.verified(trusted)).code()).isEqualTo(ErrorCode.SIGNER_UNKNOWN);
        theirs.verified(trusted);
    }

    @Test
    void neverOverwritesAKey() throws IOException {
        Path file = folder.resolve("signing.pem");
        Files.writeString(file, "something of the operator's");
        assertThat(failure(() -> SigningKey.generate(file)).code()).isEqualTo(ErrorCode.KEY_INVALID);
        assertThat(file).hasContent("something of the operator's");
        Path other = folder.resolve("other.pem");
        Files.writeString(folder.resolve("other.pub.pem"), "another public key");
        assertThat(failure(() -> SigningKey.generate(other))).hasMessageContaining("other.pub.pem");
        assertThat(other).doesNotExist();
    }

    @Test
    void writesAPublicKeyThatWasLostAgain() throws IOException {
        Path file = folder.resolve("signing.pem");
        SigningKey.generate(file);
        Path publicFile = SigningKey.publicPath(file);
        byte[] before = Files.readAllBytes(publicFile);
        Files.delete(publicFile);
        SigningKey.load(file).writePublic(file);
        assertThat(publicFile).hasBinaryContent(before);
        SigningKey.load(file).writePublic(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-rw-rw-"})
    void refusesAPrivateKeyThatOthersMayUse(String permissions) throws IOException {
        Path file = folder.resolve("signing.pem");
        SigningKey.generate(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        UnderstudyException e = failure(() -> SigningKey.load(file));
        assertThat(e.code()).isEqualTo(ErrorCode.KEY_INVALID);
        assertThat(e.hint()).isEqualTo("chmod 600 " + file);
    }

    @Test
    void tellsAMissingKeyFromAWrongOne() throws IOException {
        Path file = folder.resolve("signing.pem");
        assertThat(failure(() -> SigningKey.load(file)).code()).isEqualTo(ErrorCode.KEY_MISSING);
        assertThat(failure(() -> TrustedKeys.load(List.of(file))).code()).isEqualTo(ErrorCode.KEY_MISSING);
        Files.writeString(file, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        Files.setPosixFilePermissions(file, AtomicFiles.PRIVATE);
        assertThat(failure(() -> SigningKey.load(file))).hasMessageContaining("not an Ed25519 key");
        Files.writeString(file, "-----BEGIN PUBLIC KEY-----\nA=A\n-----END PUBLIC KEY-----\n");
        assertThat(failure(() -> VerifyingKey.load(file))).hasMessageContaining("damaged");
        Files.writeString(file, "hello");
        assertThat(failure(() -> SigningKey.load(file))).hasMessageContaining("not a PEM file");
        Files.write(file, new byte[100_000]);
        assertThat(failure(() -> SigningKey.load(file))).hasMessageContaining("too long");
        assertThat(failure(() -> SigningKey.load(folder))).hasMessageContaining("cannot be read");
    }

    @Test
    void tellsTheHalvesApart() {
        Path file = folder.resolve("signing.pem");
        SigningKey.generate(file);
        UnderstudyException e = failure(() -> TrustedKeys.load(List.of(file)));
        assertThat(e).hasMessageContaining("holds a PRIVATE KEY, not a PUBLIC KEY");
        assertThat(e.hint()).contains("x.pub.pem");
        assertThat(failure(() -> SigningKey.load(SigningKey.publicPath(file))).code())
                .isEqualTo(ErrorCode.KEY_INVALID);
    }

    @Test
    void neverPrintsTheKey() {
        assertThat(SigningKey.generate().toString()).matches("signing key [0-9a-f]{16}");
        assertThat(TrustedKeys.of()).hasToString("none");
    }

    @Test
    void openSslAcceptsKeysAndSignatures() throws Exception {
        assumeTrue(openSsl("version") == 0, "openssl is not installed");
        Path file = folder.resolve("signing.pem");
        SigningKey key = SigningKey.generate(file);
        Path line = Files.write(folder.resolve("line"), LINE);
        Path signature = Files.write(folder.resolve("signature"), key.sign(LINE));
        String publicFile = SigningKey.publicPath(file).toString();
        assertThat(openSsl("pkey", "-in", file.toString(), "-noout")).isZero();
        assertThat(openSslVerifies(publicFile, line, signature)).isZero();
        Files.write(line, Samples.text("{\"a\":2}"));
        assertThat(openSslVerifies(publicFile, line, signature)).isNotZero();
    }

    @Test
    void readsTheKeysThatOpenSslMakes() throws Exception {
        assumeTrue(openSsl("version") == 0, "openssl is not installed");
        Path file = folder.resolve("made.pem");
        assertThat(openSsl("genpkey", "-algorithm", "ed25519", "-out", file.toString()))
                .isZero();
        Files.setPosixFilePermissions(file, AtomicFiles.PRIVATE);
        Path publicFile = folder.resolve("made.pub.pem");
        assertThat(openSsl("pkey", "-in", file.toString(), "-pubout", "-out", publicFile.toString()))
                .isZero();
        SignedLine.parse("a test", SignedLine.sign(LINE, SigningKey.load(file)))
                .verified(TrustedKeys.load(List.of(publicFile)));
    }

    @Test
    void refusesAnRsaKey() throws Exception {
        assumeTrue(openSsl("version") == 0, "openssl is not installed");
        Path file = folder.resolve("rsa.pem");
        assertThat(openSsl("genpkey", "-algorithm", "rsa", "-out", file.toString()))
                .isZero();
        Files.setPosixFilePermissions(file, AtomicFiles.PRIVATE);
        assertThat(failure(() -> SigningKey.load(file))).hasMessageContaining("not an Ed25519 key");
    }

    private static int openSslVerifies(String publicFile, Path line, Path signature) throws Exception {
        return openSsl(
                "pkeyutl",
                "-verify",
                "-rawin",
                "-pubin",
                "-inkey",
                publicFile,
                "-in",
                line.toString(),
                "-sigfile",
                signature.toString());
    }

    private static int openSsl(String... arguments) throws Exception {
        Stream<String> command = Stream.concat(Stream.of("openssl"), Arrays.stream(arguments));
        try {
            Process process = new ProcessBuilder(command.toList())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.to(new File("/dev/null")))
                    .start();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } catch (IOException e) {
            return -1;
        }
    }

    private static UnderstudyException failure(ThrowingCallable call) {
        return catchThrowableOfType(UnderstudyException.class, call);
    }
}
