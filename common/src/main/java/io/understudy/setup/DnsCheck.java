package io.understudy.setup;

import io.understudy.config.DnsSettings;
import io.understudy.config.Settings;
import io.understudy.dns.DnsGuard;
import io.understudy.dns.DnsLook;
import io.understudy.dns.TsigKey;
import java.time.Clock;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Whether the names of the site point where the marker says, and whether they can be switched. */
public final class DnsCheck {
    private static final String NAME = "dns";

    private DnsCheck() {}

    /** @param marker whether this server is in backup mode */
    public static void add(CheckReport.Run checks, Settings settings, BooleanSupplier marker, Clock clock) {
        settings.failover().dns().ifPresent(dns -> {
            checks.look(NAME, () -> {
                boolean standby = marker.getAsBoolean();
                return result(new DnsGuard(dns, clock).look(standby), standby);
            });
            checks.look("dns switch", () -> canSwitch(dns));
        });
    }

    /** @param standby whether this server is in backup mode: it points no name to itself */
    static CheckResult result(DnsLook look, boolean standby) {
        if (look.agrees() && look.silent().isEmpty()) {
            return CheckResult.ok(NAME, look.text());
        }
        String details = look.others().isEmpty() && look.silent().isEmpty()
                ? ""
                : " [" + look.answers().stream().map(DnsLook.Answer::text).collect(Collectors.joining("; ")) + "]";
        return CheckResult.warning(NAME, look.text() + details, hint(look, standby));
    }

    private static String hint(DnsLook look, boolean standby) {
        if (look.agrees()) {
            return "correct dns.resolvers, or see why these do not answer";
        }
        return standby
                ? "on the primary, agent-replica dns --switch points them there; where this server is to serve, promote it"
                : "where this server is to serve: agent-replica dns --switch; where it is not: docs/two-primaries.md";
    }

    /** How {@code promote} switches the names, by what is configured; fails where the key of updates is no key. */
    static CheckResult canSwitch(DnsSettings dns) {
        String name = "dns switch";
        if (!dns.switches()) {
            return CheckResult.warning(
                    name,
                    "promote leaves DNS as it is: neither dns.switch nor dns.update is set",
                    "set one of them, or point the names to this server by hand after a promotion");
        }
        return CheckResult.ok(
                name,
                dns.update()
                        .map(update -> "promote updates zone " + update.zone() + " at " + update.server()
                                + update.key()
                                        .map(file -> ", signed with key "
                                                + TsigKey.load(file).name())
                                        .orElse(", not signed"))
                        .orElseGet(() -> "promote runs " + dns.command().get(0)));
    }
}
