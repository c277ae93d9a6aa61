package io.understudy.rehearsal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Where the packaged programs are.
 *
 * @param distribution folder of the distribution, {@code deploy/target/understudy}
 * @param stage folder of the sample site and the S3 endpoint, {@code deploy/target/rehearsal}
 * @param environment what the agents and the site get in theirs, asked at each start
 * @param commands runs the agents' commands that come to an end
 */
public record Rehearsal(
        Path distribution, Path stage, Supplier<Map<String, String>> environment, CommandRunner commands) {

    /** Runs a program to its end. */
    public interface CommandRunner {
        /** @throws AssertionError when it has not ended within the limit; it is killed then */
        Outcome run(Program program, Duration limit);
    }

    /** As set by the system properties {@code understudy.distribution} and {@code understudy.rehearsal}. */
    public static Rehearsal packaged() {
        return new Rehearsal(
                property("understudy.distribution"), property("understudy.rehearsal"), Map::of, Program::run);
    }

    public Rehearsal with(Supplier<Map<String, String>> otherEnvironment, CommandRunner otherCommands) {
        return new Rehearsal(distribution, stage, otherEnvironment, otherCommands);
    }

    public Path primary() {
        return distribution.resolve("bin/agent-primary");
    }

    public Path replica() {
        return distribution.resolve("bin/agent-replica");
    }

    public Path site() {
        return stage.resolve("bin/sample-site");
    }

    /** Class path of the programs of {@link #stage()}. */
    public String classPath() {
        return stage.resolve("lib") + "/*";
    }

    private static Path property(String name) {
        String value = System.getProperty(name);
        if (value == null) {
            throw new IllegalStateException(
                    "cannot find the packaged programs: the system property " + name + " is not set");
        }
        return Path.of(value).toAbsolutePath();
    }
}
