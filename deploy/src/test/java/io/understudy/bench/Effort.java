package io.understudy.bench;

import io.understudy.rehearsal.PostgresServer;
import io.understudy.rehearsal.ProcessorTime;
import io.understudy.rehearsal.Running;
import java.io.UncheckedIOException;
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
    static Effort now(Running agent, PostgresServer server) {
        long postmaster = server.postmaster().orElseThrow().pid();
        double all = ProcessorTime.withEnded(postmaster)
                + ProcessHandle.of(postmaster).stream()
                        .flatMap(ProcessHandle::children)
                        .mapToDouble(child -> seconds(child.pid()))
                        .sum();
        long ended = Long.parseLong(server.query("postgres", "SELECT sum(sessions)::bigint FROM pg_stat_database")
                .get(0));
        return new Effort(ProcessorTime.of(agent.pid()), all, ended);
    }

    /** One that ended in the meantime is in the sum of its parent by then, or the next time. */
    private static double seconds(long process) {
        try {
            return ProcessorTime.of(process);
        } catch (UncheckedIOException e) {
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
