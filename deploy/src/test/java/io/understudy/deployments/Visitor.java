package io.understudy.deployments;

import io.understudy.hosts.TestHost;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Running;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Someone who writes one text after the other, always at the site's name, which is looked up for each; and what came of
 * each. The visitor's host reaches all servers, also those that do not reach each other.
 */
final class Visitor {
    private static final Duration ANSWERS = Duration.ofSeconds(60);

    /** The name is looked up by the system's own resolver, which has no cache. */
    private static final String WRITES = """
            visit() {
                %s
            }
            if [ -n "$2" ]; then
                curl() { command curl --resolve "www.example.org:80:$address" "$@"; }
                address=$2
            fi
            n=0
            while :; do
                n=$((n + 1)); text="$1 $n"; from=$(date +%%s%%N)
                answer=$(visit) || :
                echo "$from $(date +%%s%%N) ${answer:-000} $text"
                sleep 0.1
            done
            """;

    private final Running running;

    private final String acknowledged;

    private Visitor(Running running, String acknowledged) {
        this.running = running;
        this.acknowledged = acknowledged;
    }

    /**
     * A text that a server acknowledged.
     *
     * @param from nanoseconds of the epoch when it was sent
     * @param to the same when the answer was there
     */
    record Written(long from, long to, String address, String text) {}

    static Visitor on(TestHost host, SiteKind kind, Path log) {
        return start(host, kind, "visit", "", log);
    }

    /** One whose resolver answers with the address of that server, whatever the name server says. */
    static Visitor at(TestHost server, TestHost host, SiteKind kind, Path log) {
        return start(host, kind, "at " + server, server.address(), log);
    }

    private static Visitor start(TestHost host, SiteKind kind, String text, String address, Path log) {
        String script = WRITES.formatted(kind.visit());
        return new Visitor(
                host.program(Map.of(), "bash", "-c", script, "bash", text, address)
                        .start(log),
                kind.acknowledged());
    }

    /** What was acknowledged so far, in this order. */
    List<Written> written() {
        return running.logText()
                .lines()
                .map(line -> line.split(" ", 5))
                .filter(word -> word.length == 5 && word[2].equals(acknowledged))
                .map(word -> new Written(Long.parseLong(word[0]), Long.parseLong(word[1]), word[3], word[4]))
                .toList();
    }

    /** Texts of what was acknowledged so far. */
    List<String> texts() {
        return written().stream().map(Written::text).toList();
    }

    /** Waits until that server has acknowledged some more. */
    void awaitWritesAt(TestHost host) {
        long before = countAt(host);
        Deadline.await("visitors write at " + host + " by the name", ANSWERS, () -> countAt(host) > before + 5);
    }

    long countAt(TestHost host) {
        return written().stream()
                .filter(each -> each.address().equals(host.address()))
                .count();
    }
}
