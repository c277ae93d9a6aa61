package io.understudy.replica.bitrot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of object × every damage, in the filestore and in the replica's mirror: the damage is found before
 * anything is applied, the error names the object, and what is live stays as it was; or the design heals it. Real code
 * from the filestore to the trees.
 */
@Tag("slow")
class BitRotTest {
    private static List<String> wanted;

    private final InMemoryFilestore filestore = BitRotSite.beforeTheNewer();

    private Standby standby;
    private Standby.Site before;

    @BeforeAll
    static void aStandbyToWhichNothingHappens(@TempDir(factory = InMemoryFolder.class) Path home) throws IOException {
        wanted = Standby.newerFiles(home);
    }

    @BeforeEach
    void aStandbyThatFollows(@TempDir(factory = InMemoryFolder.class) Path home) throws IOException {
        standby = new Standby(home, filestore);
        assertThat(standby.sync().applied()).contains(BitRotSite.OLDER);
        BitRotSite.commitNewer(filestore);
        before = standby.site();
    }

    @ParameterizedTest
    @MethodSource("damagesOfWhatIsImported")
    void damageInTheFilestoreIsFoundBeforeAnythingIsApplied(Kind kind, Damage damage) {
        spoil(kind, damage);

        assertNamed(catchThrowableOfType(UnderstudyException.class, standby::sync), kind);
        assertThat(standby.site()).isEqualTo(before);
        assertThat(standby.restarts()).isOne();

        mend(kind);
        assertApplied(standby.sync().applied());
    }

    @ParameterizedTest
    @MethodSource("damagesOfWhatIsNotImported")
    void whatAnImportDoesNotReadCannotHarmIt(Kind kind, Damage damage) {
        spoil(kind, damage);
        assertApplied(standby.sync().applied());
    }

    /** Then it does not exist. */
    @Tag("always")
    @Test
    void aManifestThatIsGoneIsNoSnapshot() {
        spoil(Kind.MANIFEST, Damage.DELETED);
        assertThat(standby.sync().applied()).isEmpty();
        assertThat(standby.site()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("damagesOfTheMirror")
    void damageInTheMirrorIsHealedOrFound(Kind kind, Damage damage) throws IOException {
        standby.snapshots().fetch(BitRotSite.NEWER, Optional.empty(), Progress.none());
        Path object = standby.mirror().resolve(kind.key(BitRotSite.NEWER));
        byte[] good = Files.readAllBytes(object);
        Optional<byte[]> bytes = damage.of(kind);
        if (bytes.isPresent()) {
            Files.write(object, bytes.get());
        } else {
            Files.delete(object);
        }

        UnderstudyException found = catchThrowableOfType(UnderstudyException.class, standby::sync);
        if (found != null) {
            assertNamed(found, kind);
            assertThat(standby.site()).isEqualTo(before);
            if (kind == Kind.DESCRIPTION) {
                Files.write(object, good);
            }
            standby.sync();
        }
        assertApplied(Optional.of(BitRotSite.NEWER));
    }

    private void spoil(Kind kind, Damage damage) {
        String key = kind.key(BitRotSite.NEWER);
        damage.of(kind).ifPresentOrElse(bytes -> filestore.put(key, Content.of(bytes)), () -> filestore.delete(key));
    }

    private void mend(Kind kind) {
        String key = kind.key(BitRotSite.NEWER);
        filestore.put(key, Content.of(BitRotSite.objects().get(key)));
    }

    static void assertNamed(UnderstudyException found, Kind kind) {
        assertThat(found).hasMessageContaining(kind.named(BitRotSite.NEWER));
        assertThat(found.hint()).isNotBlank();
        assertThat(found.code().label()).matches(kind.codes());
    }

    private void assertApplied(Optional<SnapshotId> applied) {
        assertThat(applied).contains(BitRotSite.NEWER);
        Standby.Site now = standby.site();
        assertThat(now.content()).contains(BitRotSite.NEWER);
        assertThat(now.files()).isEqualTo(wanted);
        assertThat(now.marker()).contains("snapshot: " + BitRotSite.NEWER);
    }

    static Stream<Arguments> damagesOfWhatIsImported() {
        return damages().filter(each -> kind(each).isImported() && !isGoneManifest(each));
    }

    static Stream<Arguments> damagesOfWhatIsNotImported() {
        return damages().filter(each -> !kind(each).isImported());
    }

    static Stream<Arguments> damagesOfTheMirror() {
        return damages().filter(each -> kind(each).isMirrored());
    }

    static Stream<Arguments> damages() {
        return Arrays.stream(Kind.values())
                .flatMap(kind -> Arrays.stream(Damage.values())
                        .filter(damage -> !damage.isInnocent(kind))
                        .map(damage -> Arguments.of(kind, damage)));
    }

    private static Kind kind(Arguments arguments) {
        return (Kind) arguments.get()[0];
    }

    private static boolean isGoneManifest(Arguments arguments) {
        return kind(arguments) == Kind.MANIFEST && arguments.get()[1] == Damage.DELETED;
    }
}
