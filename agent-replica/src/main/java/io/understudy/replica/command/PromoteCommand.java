package io.understudy.replica.command;

import io.understudy.admin.AdminCommand.Nothing;
import io.understudy.cli.Problem;
import io.understudy.config.DnsSettings;
import io.understudy.config.HostPort;
import io.understudy.config.Settings;
import io.understudy.dns.DnsGuard;
import io.understudy.dns.DnsLook;
import io.understudy.dns.DnsSwitched;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.RetryPolicy;
import io.understudy.progress.Progress;
import io.understudy.replica.app.PromoteResult;
import io.understudy.replica.app.ReplicaCommands;
import io.understudy.replica.app.ReplicaCommands.DnsRequest;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.app.StatusView;
import io.understudy.replica.app.StatusView.PrimaryView;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.round.LastLook;
import io.understudy.repository.EpochStore;
import io.understudy.time.Moments;
import io.understudy.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code promote}. Its exit code is that of the site's first failure, though the promotion holds. */
@Command(name = "promote", description = "Makes this standby the primary.")
final class PromoteCommand extends ReplicaCommand {
    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(
            names = "--unfenced",
            description =
                    "Continue when the filestore cannot be reached: the old primary is not fenced then, and must be off. The daemon claims the epoch later.")
    private boolean unfenced;

    @Option(
            names = "--force",
            description =
                    "Promote although another server was promoted after this one's data was taken; also a former primary over which nothing was imported, with what it has.")
    private boolean force;

    @Option(
            names = "--as-is",
            description =
                    "Promote what is live although an import could be finished neither way, as on a disk that turned read-only. The warnings name the snapshot of the database and of each tree.")
    private boolean asIs;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            defaultValue = "promoted by an operator",
            description = "Kept in the claim of the epoch. Default: ${DEFAULT-VALUE}")
    private String reason;

    @Option(
            names = "--restart",
            description =
                    "Restart the site even where this server is the primary already; nothing is done there otherwise.")
    private boolean restart;

    @Option(
            names = "--to",
            paramLabel = "newest|proven",
            defaultValue = "NEWEST",
            description =
                    "What is served. newest (the default): what is loaded ahead of the live snapshot, which is applied and proven first; when the site does not come up on it, the live one. proven: the live one at once.")
    private Promotion.Goal to;

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            defaultValue = "10s",
            converter = ToDuration.class,
            description =
                    "How long a newer snapshot that is in the filestore gets to come here, and as long to load, before what is here is served without it. Default: ${DEFAULT-VALUE}")
    private Duration wait;

    @Option(names = "--no-dns", description = "Leave the names of the site where they point.")
    private boolean leaveNames;

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        Promotion.Request request =
                new Promotion.Request(reason, unfenced, force, restart, asIs, to, wait, !leaveNames);
        if (ReplicaCli.looking(wiring).isPrimary(request)) {
            elsewhere(settings, wiring)
                    .ifPresent(look -> cli.confirm(
                            "This server is the primary already, and the names of the site point to the other server: "
                                    + look.text() + ". They are right where that one was promoted since: see"
                                    + " agent-primary status there. Point them to this server?",
                            yes));
        } else {
            // The daemon is asked for the question alone: it may wait for a filestore that hangs.
            cli.confirm(yes ? "" : question(settings, wiring), yes);
            if (to == Promotion.Goal.NEWEST) {
                cli.say("looking into the filestore for a newer snapshot, for up to " + Moments.age(LastLook.ANSWER)
                        + "; one that is there gets " + Moments.age(wait)
                        + " to come here, and as long to load (--wait)");
            }
            cli.say("claiming an epoch in " + settings.filestore().url()
                    + "; while it does not answer this is tried again for up to "
                    + Moments.age(RetryPolicy.standard().limit()));
        }
        PromoteResult promoted = cli.call(wiring, ReplicaCommands.PROMOTE, request);
        PromoteResult result = promoted.with(names(settings, wiring, promoted));
        cli.print(result, result::text);
        return exitCode(result);
    }

    /** Where the names point, if that is to the other server, and an operator has yet to say that it is wrong. */
    private Optional<DnsLook> elsewhere(Settings settings, ReplicaWiring wiring) {
        return settings.failover()
                .dns()
                .filter(unused -> !leaveNames && !yes)
                .map(dns -> new DnsGuard(dns, wiring.ports().clock()).look(false))
                .filter(DnsLook::isOpposite);
    }

    /**
     * The promotion stands, whatever comes of the names. A daemon points them by itself, also where this command has
     * ended by then; what came of that is its answer.
     */
    private Optional<DnsSwitched> names(Settings settings, ReplicaWiring wiring, PromoteResult promoted) {
        if (leaveNames || settings.failover().dns().isEmpty()) {
            return Optional.empty();
        }
        DnsSettings dns = settings.failover().dns().get();
        try {
            Optional<Integer> epoch = Optional.of(promoted.epoch()).filter(unused -> !promoted.already());
            return Optional.of(cli.call(wiring, ReplicaCommands.DNS_SWITCH, new DnsRequest(false, epoch)));
        } catch (UnderstudyException e) {
            return Optional.of(new DnsSwitched(
                    dns.names(), dns.of(dns.here()), false, false, 0, List.of(), Optional.of(Problem.of(e))));
        }
    }

    private String question(Settings settings, ReplicaWiring wiring) {
        Optional<StatusView> daemon = cli.daemonRuns(settings) ? status(wiring) : Optional.empty();
        String serving = ServedText.of(
                wiring.store().record(), to, wiring.ports().clock().instant());
        String own = ServedText.own(wiring.store().record(), new EpochStore(settings.state()).known(), force);
        return "Make this server the primary of site " + settings.site() + "?" + serving + own
                + daemon.filter(unused -> to == Promotion.Goal.NEWEST)
                        .map(ServedText::loading)
                        .orElse("")
                + ServedText.held(ReplicaCli.looking(wiring).held())
                + warning(settings, daemon)
                + (own.isEmpty() ? " What the old primary wrote since is lost." : "")
                + " Continue?";
    }

    /** A running daemon knows who is connected; without one, that an agent answers is as much as can be seen. */
    private String warning(Settings settings, Optional<StatusView> daemon) {
        String there = daemon.map(status -> status.primaries().stream()
                        .filter(PrimaryView::connected)
                        .map(PrimaryView::address))
                .orElseGet(() -> cli.daemonRuns(settings)
                        ? Stream.empty()
                        : settings.replica().primaries().stream()
                                .filter(Transport::answers)
                                .map(HostPort::toString))
                .collect(Collectors.joining(", "));
        if (there.isEmpty()) {
            return "";
        }
        return (daemon.isPresent()
                        ? " A primary is still connected (" + there
                        : " The agent of a primary still answers (" + there)
                + "): stop its site first.";
    }

    private Optional<StatusView> status(ReplicaWiring wiring) {
        try {
            return Optional.of(wiring.access().client().call(ReplicaCommands.STATUS, new Nothing(), Progress.none()));
        } catch (UnderstudyException e) {
            cli.say("warning: " + e.getMessage());
            return Optional.empty();
        }
    }

    private int exitCode(PromoteResult result) {
        Stream.of(result.notNewest().stream(), result.notAhead().stream(), result.warnings().stream())
                .flatMap(each -> each)
                .forEach(each -> {
                    cli.say("warning: " + each.message());
                    cli.say("hint: " + each.hint());
                });
        int ofNames = result.dns().map(names -> DnsCommand.said(cli, names)).orElse(0);
        if (result.healthy()) {
            return ofNames;
        }
        return result.warnings().stream()
                .map(each -> ErrorCode.of(each.code()).orElse(ErrorCode.INTERNAL))
                .filter(code -> code.kind() == ErrorKind.SITE)
                .findFirst()
                .orElse(ErrorCode.SITE_UNHEALTHY)
                .exitCode();
    }
}
