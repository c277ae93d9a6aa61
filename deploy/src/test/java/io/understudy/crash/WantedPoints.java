package io.understudy.crash;

import io.understudy.progress.CrashPoint;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The cases that are run: those whose label the system property {@code understudy.crash.points} matches. */
final class WantedPoints {
    private static final Optional<Pattern> WANTED =
            Optional.ofNullable(System.getProperty("understudy.crash.points")).map(Pattern::compile);

    private WantedPoints() {}

    /** Whether there is no pattern, so each kind of case is run at a few points. */
    static boolean usual() {
        return WANTED.isEmpty();
    }

    /** Whether a case without a point of its own is run; each is without a pattern. */
    static boolean wants(String label) {
        return WANTED.map(pattern -> pattern.matcher(label).matches()).orElse(true);
    }

    /**
     * @param usual without a pattern
     * @param prefix of the labels
     */
    static <P extends Enum<P> & CrashPoint> Stream<P> of(P[] all, Set<P> usual, String prefix) {
        return Arrays.stream(all).filter(point -> usual() ? usual.contains(point) : wants(prefix + point.label()));
    }
}
