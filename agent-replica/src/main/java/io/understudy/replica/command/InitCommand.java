package io.understudy.replica.command;

import io.understudy.audit.Caller;
import io.understudy.config.Settings;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.prepare.Preparation;
import io.understudy.replica.round.AwaitedEpoch;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SigningKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "init",
        description = "Makes this server a standby: checks what an import needs, and writes the marker.")
final class InitCommand extends ReplicaCommand {
    @Option(names = "--yes", description = "Do not ask, even when a database or files exist here.")
    private boolean yes;

    /**
     * What {@code init} prints with {@code --json}.
     *
     * @param created false when this server was a standby before
     * @param publicKey of this server's key pair, for signing.trusted_keys of the other servers
     * @param newest the snapshot that will be imported first
     * @param waiting what this standby waits for when there are snapshots, but none that it may import
     */
    record Result(
            String site,
            String replica,
            boolean created,
            String marker,
            Optional<String> publicKey,
            Optional<SnapshotId> newest,
            Optional<String> waiting) {
        String text() {
            StringBuilder text =
                    new StringBuilder(created ? "this server is a standby now" : "this server is a standby already");
            text.append(" (").append(marker).append(")");
            publicKey.ifPresent(
                    key -> text.append("\nnext: copy ")
                            .append(key)
                            .append(
                                    " to the other servers, if they do not have it, and name it in their signing.trusted_keys"));
            text.append("\nnext: start agent-replica run; ")
                    .append(waiting.map(what -> "this standby " + what)
                            .or(() -> newest.map(id -> "it imports " + id))
                            .orElse("it imports the first snapshot when there is one"));
            return text.toString();
        }
    }

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        Preparation preparation = wiring.preparation();
        boolean already = wiring.marker().on();
        preparation.createKey();
        preparation.requireReady().forEach(each -> cli.say("warning: " + each.message() + "\nhint: " + each.hint()));
        if (!already) {
            ask(preparation);
            wiring.access().audit().around(Caller.ofThisProcess(), "init", "", () -> {
                preparation.enter();
                return true;
            });
        }
        Optional<SnapshotId> newest = wiring.repository().newest();
        int epoch = newest.map(SnapshotId::epoch).orElse(0);
        Optional<AwaitedEpoch> waits = AwaitedEpoch.of(
                newest, wiring.repository().epochs().above(epoch).highest());
        Result result = new Result(
                settings.site(),
                settings.replica().name(),
                !already,
                settings.marker().toString(),
                settings.signing().privateKey().map(SigningKey::publicPath).map(Path::toString),
                newest.filter(id -> waits.isEmpty()),
                waits.map(AwaitedEpoch::text));
        cli.print(result, result::text);
        return 0;
    }

    private void ask(Preparation preparation) {
        List<String> stake = preparation.atStake();
        if (!stake.isEmpty()) {
            cli.confirm("Make this server a standby? " + String.join("; ", stake) + ". Continue?", yes);
        }
    }
}
