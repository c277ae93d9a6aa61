package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.SigningSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.Initialisation.Initialised;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.site.Marker;
import io.understudy.site.MarkerContent;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Fault;
import io.understudy.testing.Faults.LoseAcknowledgement;
import io.understudy.testing.Faults.None;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class InitialisationTest {
    @TempDir
    Path folder;

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore filestore = new InMemoryFilestore(time);

    @Test
    void createsKeysRepositoryAndTheFirstEpoch() throws Exception {
        Initialised made = init("a").run();

        assertThat(made.keyCreated()).isTrue();
        assertThat(made.epoch()).isEqualTo(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.privateKey())))
                .isEqualTo("rw-------");
        Repository repository =
                Repository.open(filestore, "example", TrustedKeys.load(List.of(made.publicKey())), time.clock());
        assertThat(repository.id()).isEqualTo(made.repository());
        assertThat(repository.epochs().read(1).orElseThrow().server()).isEqualTo("a");
        assertThat(epochs("a").require(repository)).isEqualTo(1);
        assertThat(epochs("a").intended()).isEmpty();
    }

    @Test
    void usesAKeyThatIsThereAndWritesItsPublicHalf() {
        Path key = folder.resolve("a.pem");
        SigningKey made = SigningKey.generate(key);
        deletePublic(key);
        Initialised initialised = init("a").run();
        assertThat(initialised.keyCreated()).isFalse();
        assertThat(SigningKey.load(key).publicKey().id())
                .isEqualTo(made.publicKey().id());
        assertThat(initialised.publicKey()).exists();
    }

    @Test
    void refusesASecondTimeHereAndElsewhere() {
        init("a").run();
        List<String> before = filestore.keys();
        fails(init("a"), ErrorCode.REPOSITORY_EXISTS);
        fails(init("b"), ErrorCode.REPOSITORY_EXISTS);
        fails(init("c", "other", Optional.of(folder.resolve("c.pem"))), ErrorCode.REPOSITORY_EXISTS);
        assertThat(filestore.keys()).isEqualTo(before);
        assertThat(epochs("a").held()).isPresent();
        assertThat(folder.resolve("b.pem")).doesNotExist();
    }

    @Test
    void refusesInBackupModeAndWithoutAPlaceForTheKey() {
        Marker marker = new Marker(folder.resolve("BACKUP"));
        fails(init("a", "example", Optional.empty()), ErrorCode.KEY_MISSING);
        marker.write(new MarkerContent("example", "test", Optional.empty(), time.now()));
        fails(init("a"), ErrorCode.BACKUP_MODE);
        assertThat(filestore.keys()).isEmpty();
    }

    static Stream<Arguments> everyWriteFails() {
        return Stream.of("understudy.json", "epochs/00000001.json")
                .flatMap(key -> Stream.of(
                        Arguments.of(key, new Fail(ErrorCode.FILESTORE_UNREACHABLE)),
                        Arguments.of(key, new LoseAcknowledgement(ErrorCode.FILESTORE_UNREACHABLE))));
    }

    @ParameterizedTest
    @MethodSource
    void everyWriteFails(String key, Fault fault) {
        filestore.inject((operation, touched) ->
                operation == Operation.PUT_IF_ABSENT && touched.equals(key) ? fault : new None());
        fails(init("a"), ErrorCode.FILESTORE_UNREACHABLE);
        filestore.inject(Faults.none());

        Initialised made = init("a").run();

        assertThat(made.keyCreated()).isFalse();
        assertThat(filestore.keys()).containsExactly("epochs/00000001.json", "understudy.json");
        assertThat(epochs("a").held().orElseThrow().repository()).contains(made.repository());
        fails(init("a"), ErrorCode.REPOSITORY_EXISTS);
    }

    @Test
    void doesNotTakeOverWhatAnotherCreatedMeanwhile() {
        filestore.inject(Faults.first(Operation.PUT_IF_ABSENT, key -> true, new Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        fails(init("a"), ErrorCode.FILESTORE_UNREACHABLE);
        init("b").run();
        fails(init("a"), ErrorCode.REPOSITORY_EXISTS);
        assertThat(epochs("a").held()).isEmpty();
    }

    private Initialisation init(String server) {
        return init(server, "example", Optional.of(folder.resolve(server + ".pem")));
    }

    private Initialisation init(String server, String site, Optional<Path> key) {
        return new Initialisation(
                site,
                server,
                filestore,
                new KeyRing(new SigningSettings(key, List.of())),
                epochs(server),
                new Marker(folder.resolve("BACKUP")),
                time.clock());
    }

    private EpochStore epochs(String server) {
        return new EpochStore(folder.resolve("state-" + server));
    }

    private static void deletePublic(Path key) {
        try {
            Files.delete(SigningKey.publicPath(key));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void fails(Initialisation init, ErrorCode code) {
        assertThatThrownBy(init::run)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
