package io.understudy.demo;

import java.util.Arrays;
import java.util.List;

/**
 * What the demo was asked for.
 *
 * @param once stop everything at the end
 * @param s3 keep the copies in an S3 endpoint in place of a folder
 * @param json end with one JSON object on standard output; the steps go to standard error
 * @param stop only stop what an earlier demo left running
 */
record Options(boolean once, boolean s3, boolean json, boolean stop) {
    static final String USAGE = """
            usage: deploy/demo [--once] [--s3] [--json]
                   deploy/demo --stop

              --once  stop everything at the end
              --s3    keep the copies in a real S3 endpoint in place of a folder
              --json  end with one JSON object of the timings on standard output
              --stop  stop what an earlier demo left running""";

    private static final List<String> KNOWN = List.of("--once", "--s3", "--json", "--stop");

    /** @throws IllegalArgumentException naming an argument that is not known */
    static Options parse(String... arguments) {
        List<String> given = Arrays.asList(arguments);
        for (String argument : given) {
            if (!KNOWN.contains(argument)) {
                throw new IllegalArgumentException("unknown argument " + argument);
            }
        }
        return new Options(
                given.contains("--once"), given.contains("--s3"), given.contains("--json"), given.contains("--stop"));
    }
}
