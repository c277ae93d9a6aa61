package io.understudy.replica.promote;

import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.PlannedClaims;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SigningKey;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Claims that have succeeded when they stand in every filestore that counts; all else is as with other claims. */
final class SwitchoverClaims implements EpochClaims {
    private final EpochClaims others;
    private final Supplier<PlannedClaims> planned;
    private final Supplier<SigningKey> key;

    SwitchoverClaims(EpochClaims others, Supplier<PlannedClaims> planned, Supplier<SigningKey> key) {
        this.others = others;
        this.planned = planned;
        this.key = key;
    }

    @Override
    public void requireKey() {
        others.requireKey();
    }

    @Override
    public int highest(int known) {
        return others.highest(known);
    }

    @Override
    public int next(int known) {
        return others.next(known);
    }

    @Override
    public void requireFree(EpochClaim claim) {
        planned.get().requireFree(claim);
    }

    @Override
    public List<UnderstudyException> findings(int epoch, Optional<SnapshotId> live) {
        return others.findings(epoch, live);
    }

    @Override
    public int held() {
        return others.held();
    }

    @Override
    public boolean isKnownOvertaken() {
        return others.isKnownOvertaken();
    }

    @Override
    public String server() {
        return others.server();
    }

    @Override
    public boolean stands(EpochClaim claim) {
        return planned.get().stands(claim);
    }

    @Override
    public void claim(EpochClaim claim) {
        planned.get().claim(claim, key.get());
        ReplicaPoint.EPOCH_CLAIMED.reached();
    }

    @Override
    public void hold(EpochClaim claim) {
        others.hold(claim);
    }
}
