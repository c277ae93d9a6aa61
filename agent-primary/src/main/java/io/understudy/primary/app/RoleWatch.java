package io.understudy.primary.app;

import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.fence.Fencing;
import io.understudy.primary.fence.TakingOver;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.site.Marker;
import io.understudy.switchover.SwitchoverNotes;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Looks which role this server has: at the marker every time, at the repository's epochs only now and then, and at once
 * when marker or held epoch changed, or a commit was refused. While the filestore does not answer, what was seen last
 * counts, by an earlier process too. Not thread-safe, but where it says so.
 */
public final class RoleWatch implements EventSink {
    private static final Duration REPOSITORY_EVERY = Duration.ofSeconds(30);

    private final Marker marker;
    private final BooleanSupplier leaving;
    private final BooleanSupplier takingOver;
    private final Supplier<Optional<Integer>> overruled;
    private final EpochStore epochs;
    private final Supplier<Repository> repository;
    private final Ticker ticker;
    private RoleStatus last = RoleStatus.UNSEEN;
    private Optional<EpochClaim> held = Optional.empty();
    private int highest;
    private boolean fresh;
    private boolean leaves;
    private volatile boolean doubted;
    private long seenAt;

    RoleWatch(Marker marker, EpochStore epochs, Supplier<Repository> repository, Ticker ticker) {
        this(marker, () -> false, () -> false, Optional::empty, epochs, repository, ticker);
    }

    /** @param state the agents' state folder */
    static RoleWatch of(Path state, Marker marker, EpochStore epochs, Supplier<Repository> repository, Ticker ticker) {
        TakingOver takingOver = new TakingOver(state);
        return new RoleWatch(
                marker, SwitchoverNotes.leaving(state), takingOver, takingOver::overruled, epochs, repository, ticker);
    }

    /**
     * @param leaving whether a switchover from this server is under way: whatever the marker says, it is no primary
     *     that could be fenced until that has ended, and its own claim of the next epoch may not be noted yet
     * @param takingOver whether this server was promoted a moment ago, and its claim has yet to arrive
     * @param overruled the epoch that this server was promoted to and can't claim any more
     */
    RoleWatch(
            Marker marker,
            BooleanSupplier leaving,
            BooleanSupplier takingOver,
            Supplier<Optional<Integer>> overruled,
            EpochStore epochs,
            Supplier<Repository> repository,
            Ticker ticker) {
        this.marker = marker;
        this.leaving = leaving;
        this.takingOver = takingOver;
        this.overruled = overruled;
        this.epochs = epochs;
        this.repository = repository;
        this.ticker = ticker;
    }

    /** Never throws an {@link UnderstudyException}: it is part of the answer. */
    public RoleStatus look() {
        try {
            boolean present = marker.present();
            leaves = leaves(present);
            last = present || leaves ? replica(present) : production();
        } catch (UnderstudyException e) {
            fresh = false;
            last = new RoleStatus(Role.UNKNOWN, last.marker(), false, epoch(), highest, Optional.of(e));
        }
        return last;
    }

    /** A note that can't be read is no reason to take a marker that is there for none. */
    private boolean leaves(boolean present) {
        try {
            return leaving.getAsBoolean();
        } catch (UnderstudyException e) {
            if (present) {
                return leaves;
            }
            throw e;
        }
    }

    /** Whether, at the last look, a switchover from this server was under way. */
    boolean isLeaving() {
        return leaves;
    }

    /**
     * What the fence has to know of the last look.
     *
     * @param takingOver whether this server was a standby a moment ago, and its claim may not have arrived yet
     */
    public Fencing.Seen fencing(RoleStatus now, BooleanSupplier takingOver) {
        Role role = now.role();
        boolean settled = role == Role.PRIMARY || role == Role.REPLICA || !takingOver.getAsBoolean();
        if (!settled) {
            return new Fencing.Seen(false, false, false, now.epoch());
        }
        boolean mayServe = role == Role.PRIMARY || role == Role.UNKNOWN && !now.marker();
        // Its role is a replica's then, and its site may still run.
        boolean away = role == Role.REPLICA && leaves;
        boolean fenced = role == Role.FENCED;
        // The one that it held may be over for long, and its site stopped for that then.
        int epoch = fenced ? overruled.get().orElse(now.epoch()) : now.epoch();
        return new Fencing.Seen(fenced, mayServe || away, away, epoch);
    }

    /** Where a snapshot is refused because another server has a higher epoch, the next look asks. Thread-safe. */
    @Override
    public void receive(Event event, Instant at) {
        Optional<UnderstudyException> why = Optional.empty();
        if (event instanceof PrimaryEvent.SnapshotFailed failed) {
            why = Optional.of(failed.why());
        } else if (event instanceof PrimaryEvent.ContinuousFailed failed) {
            why = Optional.of(failed.why());
        }
        if (why.filter(e -> e.code() == ErrorCode.FENCED).isPresent()) {
            doubted = true;
        }
    }

    /** Another server says that it has a higher epoch: the next look asks the repository. Thread-safe. */
    void doubt() {
        doubted = true;
    }

    private RoleStatus replica(boolean present) {
        held = epochs.held();
        fresh = false;
        return new RoleStatus(Role.REPLICA, present, epoch(), highest, Optional.empty());
    }

    private RoleStatus production() {
        Optional<EpochClaim> now = epochs.held();
        boolean unchanged = now.equals(held);
        held = now;
        if (!doubted && fresh && unchanged && ticker.since(seenAt).compareTo(REPOSITORY_EVERY) < 0) {
            return last;
        }
        doubted = false;
        fresh = true;
        seenAt = ticker.nanos();
        try {
            Repository target = repository.get();
            highest = target.epochs().highest(epoch());
            return roleStatus(Role.PRIMARY, epochs.require(target), Optional.empty());
        } catch (UnderstudyException e) {
            highest = Math.max(highest, epochs.overtakenBy().orElse(0));
            UnderstudyException why = fenced(e).orElse(e);
            return roleStatus(role(why), epoch(), Optional.of(why));
        }
    }

    /** What was seen of another server holds, also behind a restart while no filestore answers. */
    private Optional<UnderstudyException> fenced(UnderstudyException why) {
        // What one that takes over noted is of an earlier time as the primary.
        Optional<UnderstudyException> before =
                why.code() == ErrorCode.FENCED || takingOver.getAsBoolean() ? Optional.empty() : epochs.overtaken(why);
        return before.or(() -> overruled.get().map(epoch -> overruled(epoch, why)));
    }

    private static UnderstudyException overruled(int epoch, UnderstudyException why) {
        return new UnderstudyException(
                ErrorCode.FENCED,
                "cannot publish: this server was promoted, and another one claimed epoch " + epoch
                        + ", or a later one, before it; now: " + why.getMessage(),
                "keep its site stopped, and make this server the standby of the other: agent-replica rejoin; to promote"
                        + " it over the other: agent-replica promote --force",
                why);
    }

    /**
     * A lower epoch than another's is fenced; none of this repository at all is the state of a server that was never
     * initialised.
     */
    private Role role(UnderstudyException why) {
        if (why.code() == ErrorCode.FENCED) {
            boolean overtaken =
                    epoch() > 0 && highest > epoch() || overruled.get().isPresent();
            return overtaken ? Role.FENCED : Role.NO_EPOCH;
        }
        return last.role() == Role.REPLICA ? Role.UNKNOWN : last.role();
    }

    private RoleStatus roleStatus(Role role, int epoch, Optional<UnderstudyException> lastError) {
        return new RoleStatus(role, false, epoch, highest, lastError);
    }

    private int epoch() {
        return held.map(EpochClaim::epoch).orElse(0);
    }
}
