package io.understudy.bench;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What the measurement was asked for.
 *
 * @param runs of each contender; medians are reported
 * @param megabytes of database, and again of media
 * @param minutes of load while the age of the standby's data is measured
 * @param gigabytes of the table of {@link Benchmark#LARGE}
 * @param files of {@link Benchmark#MANY}
 * @param contests to hold
 * @param readme where the table goes, empty: it is only printed
 * @param recordings where the agents' flight recordings go, empty: none are made
 */
record Options(
        int runs,
        int megabytes,
        int minutes,
        int gigabytes,
        int files,
        Set<Benchmark> contests,
        Optional<Path> readme,
        Optional<Path> recordings,
        boolean keep) {
    static final String USAGE = """
            usage: deploy/bench [--runs N] [--mb N] [--minutes N] [--only CONTEST[,CONTEST]] [--large] [--many] [--scale] [--write] [--profile FOLDER] [--keep]

              --runs N          runs of each contender, of which the median is reported (default 5)
              --mb N            MB of database, and again of media (default 500)
              --minutes N       minutes of load while the age of the standby's data is measured (default 10)
              --only CONTEST    snapshots, small, changed, tracked, scattered, metadata, import, differences, encrypted,
                                disk, follow, promote, failover, host, age, large, many or scale
              --large           only memory and times with a large table and a file of 4 GB; takes minutes, and 30 GB of disk
              --gb N            GB of that table (default 4); takes three times as much of disk
              --many            only memory and times with very many small files; takes minutes and 15 KB of disk for each
              --files N         their number (default 1000000)
              --scale           only what a site of 10 TB and 100 million files would cost, calculated from synthetic metadata
              --write           write the table into README.md; only for a whole measurement, or for --only failover
              --profile FOLDER  let the agents write flight recordings (JFR) there; slows them down a little
              --keep            keep the folder with the site, the repositories and the logs""";

    static final int RUNS = 5;
    private static final int RUNS_OF_MOVES = 3;
    private static final Set<Benchmark> MOVES = EnumSet.of(Benchmark.FAILOVER);
    static final int MEGABYTES = 500;
    static final int MINUTES = 10;
    private static final int GIGABYTES = 4;
    private static final int FILES = 1_000_000;

    /** @throws IllegalArgumentException naming what cannot be understood */
    static Options parse(Path readme, String... arguments) {
        Deque<String> given = new ArrayDeque<>(Arrays.asList(arguments));
        int runs = RUNS;
        int megabytes = MEGABYTES;
        int minutes = MINUTES;
        int gigabytes = GIGABYTES;
        int files = FILES;
        Set<Benchmark> contests = Benchmark.usual();
        boolean write = false;
        boolean keep = false;
        Optional<Path> recordings = Optional.empty();
        while (!given.isEmpty()) {
            String argument = given.removeFirst();
            switch (argument) {
                case "--runs" -> runs = number(argument, given, 99);
                case "--mb" -> megabytes = number(argument, given, 100_000);
                case "--minutes" -> minutes = number(argument, given, 1_000);
                case "--only" -> contests = contests(value(argument, given));
                case "--gb" -> gigabytes = number(argument, given, 1_000);
                case "--files" -> files = number(argument, given, 10_000_000);
                case "--large" -> contests = EnumSet.of(Benchmark.LARGE);
                case "--scale" -> contests = EnumSet.of(Benchmark.SCALE);
                case "--many" -> contests = EnumSet.of(Benchmark.MANY);
                case "--write" -> write = true;
                case "--keep" -> keep = true;
                case "--profile" ->
                    recordings = Optional.of(Path.of(value(argument, given)).toAbsolutePath());
                default -> throw new IllegalArgumentException("unknown argument " + argument);
            }
        }
        if (write
                && !(contests.equals(MOVES) && runs >= RUNS_OF_MOVES)
                && (!contests.equals(Benchmark.usual()) || megabytes < MEGABYTES || runs < RUNS || minutes < MINUTES)) {
            throw new IllegalArgumentException("--write is only for a whole measurement: no --only, --mb of at least "
                    + MEGABYTES + ", --runs of at least " + RUNS + ", --minutes of at least " + MINUTES
                    + "; or for --only failover, with --runs of at least " + RUNS_OF_MOVES);
        }
        return new Options(
                runs,
                megabytes,
                minutes,
                gigabytes,
                files,
                contests,
                write ? Optional.of(readme) : Optional.empty(),
                recordings,
                keep);
    }

    /** Where the table goes in the document. */
    String place() {
        return contests.equals(MOVES) ? Table.MOVES : Table.WHOLE;
    }

    private static Set<Benchmark> contests(String names) {
        Set<Benchmark> contests = EnumSet.noneOf(Benchmark.class);
        for (String name : names.split(",")) {
            try {
                contests.add(Benchmark.valueOf(name.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("unknown contest " + name, e);
            }
        }
        return contests;
    }

    private static int number(String argument, Deque<String> given, int most) {
        String value = value(argument, given);
        if (!value.matches("[1-9][0-9]{0,7}") || Integer.parseInt(value) > most) {
            throw new IllegalArgumentException(argument + " takes a number from 1 to " + most + ", not " + value);
        }
        return Integer.parseInt(value);
    }

    private static String value(String argument, Deque<String> given) {
        if (given.isEmpty()) {
            throw new IllegalArgumentException(argument + " needs a value");
        }
        return given.removeFirst();
    }
}
