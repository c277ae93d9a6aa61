package io.understudy.simulation;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.FakeTicker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Decides what goes wrong. Each run has a temper of its own: some are calm, some are a nightmare. */
final class Trouble {
    /** What happens to one call of the filestore. */
    enum Fault {
        NONE,
        /** It takes a while. */
        DELAY,
        /** It fails without an effect. */
        FAIL,
        /** It is done, but the caller sees an error. */
        LOST_ACKNOWLEDGEMENT,
        /** A download fails in its middle. */
        BREAK,
        /** A download ends too early, without an error. */
        TRUNCATE,
        /** A download has a wrong bit. */
        FLIP,
        /** A download has another object's bytes. */
        SWAP
    }

    private final RandomGenerator random;
    private final FakeTicker time;
    private final double filestore;
    private final double hostility;
    private final double site;
    private final boolean clocks;
    private final Map<String, Long> cutOff = new HashMap<>();
    private boolean over;

    Trouble(RandomGenerator random, FakeTicker time) {
        this.random = random;
        this.time = time;
        this.filestore = random.nextInt(3) == 0 ? 0 : random.nextDouble() * 0.12;
        this.hostility = random.nextInt(2) == 0 ? 0 : 0.3;
        this.site = random.nextInt(3) == 0 ? 0 : random.nextDouble() * 0.25;
        this.clocks = random.nextInt(3) == 0;
    }

    /** From now on nothing goes wrong any more. */
    void end() {
        over = true;
        cutOff.clear();
    }

    boolean isOver() {
        return over;
    }

    /** The server does not reach the filestore for a while. */
    void cutOff(String server, Duration during) {
        cutOff.put(server, time.nanos() + during.toNanos());
    }

    boolean isCutOff(String server) {
        return cutOff.getOrDefault(server, 0L) > time.nanos();
    }

    /** No server reaches this one of several filestores for a while, or one server does not. */
    void cutOff(Optional<String> server, String place, Duration during) {
        cutOff(server.orElse("") + "/" + place, during);
    }

    /** @param reading whether it is a download @param signed whether a reader can find that it is wrong */
    Fault next(String server, String place, boolean reading, boolean signed) {
        if (isCutOff(server) || isCutOff(server + "/" + place) || isCutOff("/" + place)) {
            return Fault.FAIL;
        }
        if (over || random.nextDouble() >= filestore) {
            return Fault.NONE;
        }
        if (reading && signed && random.nextDouble() < hostility) {
            return random.nextInt(3) == 0 ? Fault.SWAP : Fault.FLIP;
        }
        return switch (random.nextInt(reading ? 5 : 4)) {
            case 0 -> Fault.DELAY;
            case 1 -> Fault.FAIL;
            case 2 -> reading ? Fault.BREAK : Fault.LOST_ACKNOWLEDGEMENT;
            case 3 -> reading ? Fault.FAIL : Fault.LOST_ACKNOWLEDGEMENT;
            default -> Fault.TRUNCATE;
        };
    }

    /** Seconds mostly, minutes at times. */
    Duration delay() {
        return Duration.ofMillis(random.nextInt(10) == 0 ? random.nextInt(900_000) : random.nextInt(5_000));
    }

    /** How wrong a clock is: not at all in most runs, up to two days in others. */
    Duration skew() {
        return clocks ? Duration.ofSeconds(random.nextInt(-172_800, 172_801)) : Duration.ZERO;
    }

    UnderstudyException failure(String what) {
        ErrorCode code = random.nextBoolean() ? ErrorCode.FILESTORE_UNREACHABLE : ErrorCode.FILESTORE_FAILED;
        return new UnderstudyException(code, "cannot reach " + what + ": simulated", "wait");
    }

    /** Fails at times, as a database or the site's commands do. */
    void perhaps(ErrorCode code, String what) {
        if (strikes(site)) {
            throw new UnderstudyException(code, what + ": simulated", "wait");
        }
    }

    boolean isSiteSick() {
        return strikes(site / 2);
    }

    int anywhere(int length) {
        return random.nextInt(Math.max(1, length));
    }

    private boolean strikes(double rate) {
        return !over && rate > 0 && random.nextDouble() < rate;
    }
}
