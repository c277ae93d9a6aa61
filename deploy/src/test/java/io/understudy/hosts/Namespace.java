package io.understudy.hosts;

import io.understudy.rehearsal.Program;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Namespaces of one host, and the first process in them. It reads from a pipe of this process: where that closes, as
 * when this process is killed, it ends, and the kernel kills all other processes in there and gives back network and
 * mounts.
 */
final class Namespace implements AutoCloseable {
    /** What a host has to itself is in memory. Programs of this machine are shared, a few folders by other names. */
    private static final String SETUP = """
            set -eu
            hostname "$1"; shift
            ip link set lo up
            # Servers that run as a user of their own may take ports such as 80.
            echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
            mount -t tmpfs -o mode=755 disk /mnt
            mkdir /mnt/etc /mnt/work /mnt/opt /mnt/srv /mnt/lib /mnt/cache /mnt/log /mnt/bin
            mount -t overlay -o lowerdir=/etc,upperdir=/mnt/etc,workdir=/mnt/work disk /etc
            while [ $# -gt 0 ]; do
                mkdir "/mnt/opt/$2"; mount --bind "$1" "/mnt/opt/$2"; shift 2
            done
            mount --rbind /mnt/opt /opt
            mount --bind /mnt/srv /srv
            mount --bind /mnt/lib /var/lib
            mount --bind /mnt/cache /var/cache
            mount --bind /mnt/log /var/log
            mount --bind /mnt/bin /usr/local/bin
            mount -t tmpfs -o mode=755 run /run
            mount -t tmpfs -o mode=1777 tmp /tmp
            echo ready
            while read -r _; do :; done
            """;

    private static final int END_SECONDS = 20;

    private final Process process;
    private final long first;

    private Namespace(Process process, long first) {
        this.process = process;
        this.first = first;
    }

    /**
     * Also a way to learn whether this machine can have such hosts.
     *
     * @param programs folders of this machine that are there as {@code /opt/<name>}, by that name
     * @throws IllegalStateException when the machine does not allow it; the message says why
     */
    static Namespace start(String name, Map<String, Path> programs) {
        // --kill-child: the first process ends when this one does.
        List<String> command = new ArrayList<>(List.of("unshare", "--net", "--mount", "--uts", "--ipc", "--pid"));
        command.addAll(List.of("--fork", "--kill-child", "--mount-proc", "--propagation", "private"));
        // bash, unlike other first processes, buries those of which the parent has ended.
        command.addAll(List.of("bash", "-c", SETUP, "bash", name));
        programs.forEach((there, folder) -> command.addAll(List.of(folder.toString(), there)));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("PATH", TestHost.PATH);
            Process process = builder.start();
            BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
            String line = said.readLine();
            if (!"ready".equals(line)) {
                process.destroyForcibly();
                throw new IllegalStateException("cannot make namespaces for a host: " + line);
            }
            long first = process.children().findFirst().orElseThrow().pid();
            return new Namespace(process, first);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its first process, by the number that it has outside. */
    long first() {
        return first;
    }

    /** The program, as it runs in the network of these namespaces, with the processes and files of this machine. */
    Program inNetwork(Object... words) {
        return entering(List.of("-t", first, "-n"), words);
    }

    /** The program, as it runs in there. */
    Program in(Object... words) {
        // With its root, too: where this process is in a root of its own, that of its mounts is another.
        return entering(List.of("-t", first, "-n", "-m", "-u", "-i", "-p", "-r"), words);
    }

    private static Program entering(List<Object> which, Object... words) {
        List<Object> all = new ArrayList<>(which);
        all.addAll(List.of(words));
        return Program.of("nsenter", all.toArray()).with(Map.of("PATH", TestHost.PATH));
    }

    /** The power goes: every process in there is killed, and what was written in there is gone. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
