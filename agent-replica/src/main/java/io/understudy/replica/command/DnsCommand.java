package io.understudy.replica.command;

import io.understudy.config.Settings;
import io.understudy.dns.DnsGuard;
import io.understudy.dns.DnsLook;
import io.understudy.dns.DnsSwitched;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.app.ReplicaCommands;
import io.understudy.replica.app.ReplicaCommands.DnsRequest;
import io.understudy.replica.app.ReplicaWiring;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code dns}. Its exit code says whether all resolvers say what the marker says. */
@Command(
        name = "dns",
        description = "Shows where the names of the site point, or points them to this server (--switch).")
final class DnsCommand extends ReplicaCommand {
    @Option(
            names = "--switch",
            description = "Point the names to this server, which must be the primary, and wait for the resolvers.")
    private boolean switches;

    @Option(names = "--force", description = "Replace records of the names that are of neither server, too.")
    private boolean force;

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        if (switches) {
            DnsSwitched switched = cli.call(wiring, ReplicaCommands.DNS_SWITCH, new DnsRequest(force));
            cli.print(switched, switched::text);
            return said(cli, switched);
        }
        DnsLook look = settings.failover()
                .dns()
                .map(dns -> new DnsGuard(dns, wiring.ports().clock())
                        .look(wiring.marker().on()))
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.CONFIG_INVALID,
                        "cannot look at the names of the site: dns is not configured",
                        "set dns.name, dns.resolvers and dns.expected, docs/dns.md"));
        cli.print(
                look,
                () -> look.text() + "\n"
                        + look.answers().stream()
                                .map(each -> "  " + each.text()
                                        + each.ttlSeconds()
                                                .map(ttl -> ", for " + ttl + " s")
                                                .orElse(""))
                                .collect(Collectors.joining("\n")));
        return look.agrees() ? 0 : ErrorCode.DNS_FAILED.exitCode();
    }

    /** @return the exit code */
    static int said(ReplicaCli cli, DnsSwitched switched) {
        switched.error().ifPresent(why -> {
            cli.say("warning: " + why.message());
            cli.say("hint: " + why.hint());
        });
        return switched.error()
                .map(why -> ErrorCode.of(why.code()).orElse(ErrorCode.INTERNAL).exitCode())
                .orElse(0);
    }
}
