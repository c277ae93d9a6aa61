package io.understudy.replica.bitrot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.progress.Progress;
import io.understudy.repository.Verification;
import io.understudy.repository.Verified;
import io.understudy.repository.blob.BlobRef;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code agent-primary verify} and {@code agent-replica verify} say of every kind of object × every damage. */
class VerifyFindsBitRotTest {
    /** Flips of one object that are tried, all over it. */
    private static final int FLIPS = 120;

    private final InMemoryFilestore filestore = BitRotSite.beforeTheNewer();

    @BeforeEach
    void twoSnapshots() {
        BitRotSite.commitNewer(filestore);
    }

    @Test
    void vouchesForAllThatIsSound() {
        assertThat(verify().snapshot()).isEqualTo(BitRotSite.NEWER);
    }

    @ParameterizedTest
    @MethodSource("damages")
    void namesWhatIsDamaged(Kind kind, Damage damage) {
        String key = kind.key(BitRotSite.NEWER);
        damage.of(kind).ifPresentOrElse(bytes -> filestore.put(key, Content.of(bytes)), () -> filestore.delete(key));
        BitRotTest.assertNamed(catchThrowableOfType(UnderstudyException.class, this::verify), kind);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"DESCRIPTION", "REPORT", "RETENTION"})
    void noFlippedBitGoesUnnoticed(Kind kind) throws IOException {
        String key = kind.key(BitRotSite.NEWER);
        byte[] good = BitRotSite.objects().get(key);
        List<Integer> unnoticed = new ArrayList<>();
        for (int flip = 0; flip < Math.min(FLIPS, good.length); flip++) {
            int at = (int) ((long) flip * good.length / Math.min(FLIPS, good.length));
            byte[] bad = good.clone();
            bad[at] ^= (byte) (1 << flip % 8);
            filestore.put(key, Content.of(bad));
            UnderstudyException found = catchThrowableOfType(UnderstudyException.class, this::verify);
            // A few bits of a zstd frame mean nothing: what is decoded is whole then.
            if (found == null && !(kind.isBlob() && isWhole(kind))) {
                unnoticed.add(at);
            }
        }
        assertThat(unnoticed).isEmpty();
    }

    private boolean isWhole(Kind kind) throws IOException {
        BlobRef blob = kind.blob(BitRotSite.NEWER);
        try (InputStream now = BitRotSite.open(filestore).blobs().open(blob);
                InputStream good = BitRotSite.blobs().open(blob)) {
            return Arrays.equals(now.readAllBytes(), good.readAllBytes());
        }
    }

    private Verified verify() {
        return new Verification(2).verify(BitRotSite.open(filestore), BitRotSite.NEWER, Progress.none());
    }

    static Stream<Arguments> damages() {
        return BitRotTest.damages().filter(each -> !((Kind) each.get()[0]).isUnnoticed((Damage) each.get()[1]));
    }
}
