package io.understudy.primary.schedule;

import io.understudy.config.CronExpression;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.Optional;

/**
 * One cron expression in a time zone. Immutable.
 *
 * <p>Where clocks change it does what cron does: what falls into a skipped hour happens when that hour is skipped; in
 * an hour that comes twice, an expression for every hour counts both times, any other the first time. The expression
 * itself knows one fixed offset only.
 */
final class Cron {
    private final CronExpression times;
    private final ZoneId zone;

    /** @throws IllegalArgumentException when it is no such expression */
    Cron(String expression, ZoneId zone) {
        this.times = CronExpression.parse(expression);
        this.zone = zone;
    }

    /** The first tick after this moment; empty when there is none any more. */
    Optional<Instant> next(Instant after) {
        Instant from = behindRepetition(after);
        while (true) {
            ZoneOffset offset = zone.getRules().getOffset(from);
            ZoneOffsetTransition change = zone.getRules().nextTransition(from);
            Optional<Instant> found = within(offset, from, change);
            if (found.isPresent() || change == null) {
                return found;
            }
            if (change.isGap() && inGap(change) || tickAt(change)) {
                return Optional.of(change.getInstant());
            }
            from = resume(change);
        }
    }

    /** Where the moment lies in an hour that comes for the second time: its end, unless every hour counts. */
    private Instant behindRepetition(Instant after) {
        ZoneOffsetTransition last = zone.getRules().previousTransition(after.plusNanos(1));
        return last == null || last.isGap() || resume(last).isBefore(after) ? after : resume(last);
    }

    /** The next tick while the offset holds: before the change. */
    private Optional<Instant> within(ZoneOffset offset, Instant from, ZoneOffsetTransition change) {
        return at(offset, from).filter(tick -> change == null || tick.isBefore(change.getInstant()));
    }

    /** Whether a tick of the wall clock falls into the skipped time. */
    private boolean inGap(ZoneOffsetTransition change) {
        return at(change.getOffsetBefore(), change.getInstant().minusSeconds(1))
                .filter(tick -> tick.isBefore(change.getInstant().plus(change.getDuration())))
                .isPresent();
    }

    /** Whether the first moment of the new offset is a tick. */
    private boolean tickAt(ZoneOffsetTransition change) {
        return (change.isGap() || times.isEveryHour())
                && at(change.getOffsetAfter(), change.getInstant().minusSeconds(1))
                        .filter(change.getInstant()::equals)
                        .isPresent();
    }

    /** From where to look on: behind the time that comes twice, unless every hour counts. */
    private Instant resume(ZoneOffsetTransition change) {
        if (change.isGap() || times.isEveryHour()) {
            return change.getInstant();
        }
        return change.getInstant().minus(change.getDuration()).minusSeconds(1);
    }

    private Optional<Instant> at(ZoneOffset offset, Instant after) {
        return times.next(LocalDateTime.ofInstant(after, offset)).map(local -> local.toInstant(offset));
    }
}
