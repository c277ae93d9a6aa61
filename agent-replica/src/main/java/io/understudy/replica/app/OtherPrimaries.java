package io.understudy.replica.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.replica.state.BackupMode;
import io.understudy.repository.EpochClaim;
import io.understudy.transport.PlainText;
import io.understudy.twoprimaries.Sign.Source;
import io.understudy.twoprimaries.TwoPrimaries;
import io.understudy.v1.Announcement;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Whether the primary that announces its snapshots to this server is another one than this server, while this one has
 * no marker. Thread-safe.
 */
final class OtherPrimaries implements Consumer<Announcement> {
    private static final Set<String> PRODUCTION = Set.of("primary", "fenced");

    private final String site;
    private final BackupMode backup;
    private final Supplier<Optional<EpochClaim>> held;
    private final TwoPrimaries two;
    private volatile Optional<Announcement> last = Optional.empty();

    /** @param held the claim of this server's own epoch */
    OtherPrimaries(String site, BackupMode backup, Supplier<Optional<EpochClaim>> held, TwoPrimaries two) {
        this.site = site;
        this.backup = backup;
        this.held = held;
        this.two = two;
    }

    @Override
    public void accept(Announcement announcement) {
        if (announcement.getSite().equals(site)) {
            last = Optional.of(announcement);
        }
    }

    /** One look, every second. @param connected whether what was announced last still holds */
    void look(boolean connected) {
        boolean standby;
        try {
            standby = backup.on();
        } catch (UnderstudyException e) {
            // The watch of the marker reports it.
            return;
        }
        if (standby) {
            two.standby();
            return;
        }
        two.seen(
                Source.GRPC,
                last.filter(each -> connected && PRODUCTION.contains(each.getRole()))
                        .filter(each -> !isOwn(each))
                        .map(OtherPrimaries::text));
    }

    /** The primary's agent of this server may be among {@code replica.primaries}. */
    private boolean isOwn(Announcement announcement) {
        return held.get()
                .filter(claim -> claim.nonce().equals(announcement.getClaim()))
                .isPresent();
    }

    private static String text(Announcement other) {
        return PlainText.of(other.getServer()) + " announces that it is in production"
                + (other.getEpoch() > 0 ? ", with epoch " + other.getEpoch() : "")
                + (other.getRole().equals("fenced") ? "; it is fenced, and its site may run" : "");
    }
}
