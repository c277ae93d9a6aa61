package io.understudy.bench;

import io.understudy.rehearsal.PostgresServer;
import io.understudy.rehearsal.Running;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What an agent and its database server have done: processor time, which says on a busy machine what elapsed time does
 * not, and sessions.
 *
 * @param agent seconds of the agent's process
 * @param server seconds of all of the server's processes
 * @param sessions that ended there since it was started
 */
record Effort(double agent, double server, long sessions) {
    /** Clock ticks of Linux for programs: the same on every machine that it runs on. */
    private static final double TICKS = 100;
    /** Fields of {@code /proc/…/stat} after the name: time in the program and in the system, then those of children. */
    private static final int TIMES = 11;

    static Effort now(Running agent, PostgresServer server) {
        long postmaster = server.postmaster().orElseThrow().pid();
        double all = seconds(postmaster, 4)
                + ProcessHandle.of(postmaster).stream()
                        .flatMap(ProcessHandle::children)
                        .mapToDouble(child -> seconds(child.pid(), 2))
                        .sum();
        long ended = Long.parseLong(server.query("postgres", "SELECT sum(sessions)::bigint FROM pg_stat_database")
                .get(0));
        return new Effort(seconds(agent.pid(), 2), all, ended);
    }

    private static double seconds(long process, int times) {
        try {
            String stat =
                    Files.readString(Path.of("/proc", Long.toString(process), "stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            double sum = 0;
            for (int i = 0; i < times; i++) {
                sum += Double.parseDouble(fields[TIMES + i]);
            }
            return sum / TICKS;
        } catch (IOException e) {
            return 0;
        }
    }

    /** What was done since then, for people. */
    String since(Effort before) {
        return String.format(
                Locale.ROOT,
                "agent %.2f s, server %.2f s of processors, %d sessions",
                agent - before.agent,
                server - before.server,
                sessions - before.sessions);
    }
}
