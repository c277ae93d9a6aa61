package io.understudy.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Deadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TestNetworkTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @Test
    void hostsReachEachOtherUntilTheyAreCutOffAndAgainWhenThatEnds() {
        try (TestNetwork network = TestNetwork.start()) {
            TestHost a = network.add("a", "192.0.2.10", Map.of());
            TestHost b = network.add("b", "198.51.100.10", Map.of());
            TestHost c = network.add("c", "203.0.113.7", Map.of());

            assertThat(List.of(reaches(a, b), reaches(b, a), reaches(c, b))).containsOnly(true);
            network.cut(a, b);
            assertThat(List.of(reaches(a, b), reaches(b, a))).containsOnly(false);
            assertThat(List.of(reaches(a, c), reaches(c, b))).containsOnly(true);
            network.heal();
            assertThat(List.of(reaches(a, b), reaches(b, a))).containsOnly(true);
        }
    }

    private static boolean reaches(TestHost from, TestHost to) {
        // No answer is "no route to host" only where nothing at all arrives; a refusal has arrived.
        String script = "exec 3<>/dev/tcp/" + to.address() + "/9";
        return from.run("timeout", "1", "bash", "-c", script).errors().contains("refused");
    }

    @Test
    void aHostHasFilesAndANameOfItsOwn() throws IOException {
        try (TestNetwork network = TestNetwork.start()) {
            TestHost a = network.add("a", "192.0.2.10", Map.of("programs", Path.of("/usr/bin")));
            TestHost b = network.add("b", "198.51.100.10", Map.of());
            a.write("/etc/understudy-test/file", "of a");

            assertThat(a.run("cat", "/etc/understudy-test/file").output()).isEqualTo("of a");
            assertThat(b.path("/etc/understudy-test")).doesNotExist();
            assertThat(Path.of("/etc/understudy-test")).doesNotExist();
            assertThat(a.run("hostname").output().strip()).isEqualTo("a");
            assertThat(a.path("/opt/programs/env")).exists();
            a.shell("echo there >/srv/made; echo there >/tmp/made");
            assertThat(Files.readString(a.path("/srv/made"))).isEqualTo("there\n");
            assertThat(Path.of("/srv/made")).doesNotExist();
            assertThat(Path.of("/tmp/made")).doesNotExist();
        }
    }

    /** With the process that made them, whatever way it ends. */
    @Test
    void nothingIsLeftOfHostsWhoseTestIsKilled() throws IOException {
        TestNetwork.start().close();
        Process test = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Killed.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader said = test.inputReader(StandardCharsets.UTF_8);
        ProcessHandle there = ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
        assertThat(there.isAlive()).isTrue();

        test.destroyForcibly();

        Deadline.await("what ran on the host is gone", LIMIT, () -> !there.isAlive());
    }

    /** A test that is killed. */
    static final class Killed {
        private Killed() {}

        public static void main(String[] arguments) throws IOException {
            TestHost host = TestNetwork.start().add("a", "192.0.2.10", Map.of());
            Path log = Files.createTempFile("understudy-killed", ".log");
            host.program(Map.of(), "sleep", "1000").start(log);
            Deadline.await("it runs there", LIMIT, () -> sleeper(host).isPresent());
            System.out.println(sleeper(host).orElseThrow().pid());
            Files.delete(log);
            System.in.read();
        }

        private static java.util.Optional<ProcessHandle> sleeper(TestHost host) {
            return ProcessHandle.current()
                    .descendants()
                    .filter(process -> process.info().command().orElse("").endsWith("/sleep"))
                    .findFirst();
        }
    }
}
