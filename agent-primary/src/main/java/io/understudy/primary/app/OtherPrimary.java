package io.understudy.primary.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.capture.LastSequence;
import io.understudy.primary.fence.Fencing;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.SnapshotId;
import io.understudy.transport.PlainText;
import io.understudy.twoprimaries.Sign.Source;
import io.understudy.twoprimaries.TwoPrimaries;
import io.understudy.v1.ReplicaReport;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Looks, with each turn of the main loop, whether another server is the primary too, as far as the filestore and the
 * followers show it; announces this server's role; and has the site of a fenced server stopped.
 */
final class OtherPrimary {
    private final TwoPrimaries two;
    private final Fencing fencing;
    private final Announcer announcer;
    private final Followers followers;
    private final RoleWatch roles;
    private final EpochStore epochs;
    private final LastSequence last;
    private final BooleanSupplier takingOver;
    private int doubtedFor;

    OtherPrimary(
            TwoPrimaries two,
            Fencing fencing,
            Announcer announcer,
            Followers followers,
            RoleWatch roles,
            EpochStore epochs,
            LastSequence last,
            BooleanSupplier takingOver) {
        this.two = two;
        this.fencing = fencing;
        this.announcer = announcer;
        this.followers = followers;
        this.roles = roles;
        this.epochs = epochs;
        this.last = last;
        this.takingOver = takingOver;
    }

    void turn(RoleStatus now, RepositorySeen seen) {
        Role role = now.role();
        fencing.look(roles.fencing(now, takingOver));
        Optional<String> claim = claim(now);
        if (role == Role.REPLICA) {
            announcer.role(Optional.empty(), "");
            two.standby();
        } else if (claim.isPresent() && (role == Role.PRIMARY || role == Role.FENCED)) {
            announcer.role(Optional.of(role), claim.get());
            two.seen(Source.STORE, store(now, seen));
            List<ReplicaReport> others = followers.producing(claim.get());
            two.seen(Source.GRPC, reported(others));
            doubt(now, others);
        }
    }

    /** Empty where it can't be read, which the role reports: what was seen before stays. */
    private Optional<String> claim(RoleStatus now) {
        try {
            return Optional.of(
                    now.epoch() == 0 ? "" : epochs.held().map(EpochClaim::nonce).orElse(""));
        } catch (UnderstudyException e) {
            return Optional.empty();
        }
    }

    private Optional<String> store(RoleStatus now, RepositorySeen seen) {
        if (now.role() == Role.FENCED) {
            return Optional.of(
                    now.lastError().map(Throwable::getMessage).orElse("another server has epoch " + now.highest()));
        }
        // Without the note of the last number nothing says which snapshots of this epoch are this server's.
        return seen.newest()
                .filter(newest -> seen.details().isPresent() && newest.epoch() == now.epoch())
                .filter(newest ->
                        last.last().filter(own -> isBehind(own, newest)).isPresent())
                .map(newest -> "snapshot " + newest + " is of this server's epoch, and this server did not take it");
    }

    private static boolean isBehind(SnapshotId own, SnapshotId newest) {
        return own.epoch() == newest.epoch() && own.sequence() < newest.sequence();
    }

    private static Optional<String> reported(List<ReplicaReport> others) {
        return others.isEmpty()
                ? Optional.empty()
                : Optional.of(others.stream()
                        .map(each -> PlainText.of(each.getName()) + " reports that it is in production"
                                + (each.getHeldEpoch() > 0 ? ", with epoch " + each.getHeldEpoch() : ""))
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(", ")));
    }

    /** What a follower says proves nothing; it makes the next look come at once, once for each epoch. */
    private void doubt(RoleStatus now, List<ReplicaReport> others) {
        int highest =
                others.stream().mapToInt(ReplicaReport::getHeldEpoch).max().orElse(0);
        if (highest > now.epoch() && highest > doubtedFor) {
            doubtedFor = highest;
            roles.doubt();
        }
    }
}
