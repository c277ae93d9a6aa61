package io.understudy.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.rehearsal.Acknowledged;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.OrderlyEnd;
import io.understudy.rehearsal.Rehearsal;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** A failover on one machine, step by step: {@code deploy/demo}. */
public final class Demo {
    private static final int LOG_LINES = 40;

    private final Options options;
    private final PrintStream out;
    private final Steps steps;
    private final LeftRunning left;

    private Demo(Options options, LeftRunning left) {
        this.options = options;
        this.out = options.json() ? System.err : System.out;
        this.steps = new Steps(out);
        this.left = left;
    }

    public static void main(String[] arguments) throws IOException {
        LeftRunning left = new LeftRunning(Path.of(System.getProperty("understudy.demo.running")));
        if (Arrays.asList(arguments).contains("--help")) {
            System.out.println(Options.USAGE);
            return;
        }
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("error: " + e.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        System.exit(options.stop() ? stop(left) : new Demo(options, left).run());
    }

    private static int stop(LeftRunning left) {
        System.out.println(left.stop() + " processes stopped");
        return 0;
    }

    private int run() throws IOException {
        if (!left.alive().isEmpty()) {
            System.err.println("error: cannot start the demo: an earlier one still runs\nhint: deploy/demo --stop");
            return 1;
        }
        try (OrderlyEnd end = new OrderlyEnd()) {
            Path home = Files.createTempDirectory(
                    "understudy-demo",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            Curtain curtain = new Curtain(home);
            try {
                perform(home, curtain);
                return 0;
            } catch (AssertionError | RuntimeException e) {
                fail(home, e, end.demanded());
                return 1;
            } finally {
                end.clearing();
                curtain.fall();
            }
        }
    }

    private void fail(Path home, Throwable why, boolean interrupted) throws IOException {
        if (interrupted) {
            System.err.println("demo: interrupted");
            return;
        }
        out.println("\nFAILED: " + why.getMessage());
        logs(home);
    }

    private void perform(Path home, Curtain curtain) throws IOException {
        steps.step("servers", "start two PostgreSQL servers" + (options.s3() ? " and an S3 endpoint" : ""), () -> {
            ServerPair pair = ServerPair.install(home, Rehearsal.packaged(), options.s3());
            curtain.over(pair);
            pair.takeContinuousSnapshots(Play.PAUSE);
            return "in " + home;
        });
        ServerPair pair = curtain.pair();
        Acknowledged.Loss loss = new Play(pair, steps).perform();
        steps.say(String.format(
                Locale.ROOT,
                "\nAll worked: the standby followed and took over, the writes of the last %.1f s are lost, and the old primary is kept out.",
                loss.seconds()));
        if (options.json()) {
            System.out.println(new ObjectMapper().writeValueAsString(result(pair, loss)));
        }
        if (!options.once()) {
            left.write(home, pair.running());
            curtain.stayUp();
            epilogue(pair);
        }
    }

    private Map<String, Object> result(ServerPair pair, Acknowledged.Loss loss) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("filestore", pair.filestore().kind());
        result.put("seconds", steps.total());
        result.put("follow_seconds", steps.seconds().get("follow"));
        result.put("promote_seconds", steps.seconds().get("promote"));
        result.put("written_notes", loss.written());
        result.put("lost_notes", loss.lost());
        result.put("lost_seconds", loss.seconds());
        result.put("steps", steps.seconds());
        return result;
    }

    private void epilogue(ServerPair pair) {
        steps.say("""

                Still running:
                  the promoted site       %s
                  its agents' metrics     http://127.0.0.1:%d/metrics  http://127.0.0.1:%d/metrics
                  PostgreSQL              %s, and the old primary's %s
                  the filestore           %s
                All files and logs are in %s
                Stop it with: deploy/demo --stop""".formatted(
                        pair.standby().layout().siteUrl(),
                        pair.standby().layout().primaryHttp(),
                        pair.standby().layout().replicaHttp(),
                        pair.standby().database().url("site"),
                        pair.primary().database().url("site"),
                        pair.home().resolve("filestore"),
                        pair.home()));
    }

    private void logs(Path home) throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            for (Path log :
                    files.filter(file -> file.toString().endsWith(".log")).toList()) {
                List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
                out.println("=== " + log);
                lines.stream().skip(Math.max(0, lines.size() - LOG_LINES)).forEach(out::println);
            }
        }
    }

    /** Stops everything and clears the folder when the demo ends, also when it is interrupted. */
    private static final class Curtain {
        private final Path home;
        private ServerPair pair;
        private boolean up;

        Curtain(Path home) {
            this.home = home;
        }

        void over(ServerPair started) {
            pair = started;
        }

        ServerPair pair() {
            return pair;
        }

        void stayUp() {
            up = true;
        }

        void fall() {
            if (up) {
                return;
            }
            if (pair != null) {
                pair.close();
            }
            Folders.delete(home);
        }
    }
}
