package io.understudy.primary.command;

import io.understudy.cli.ProgressDisplay;
import io.understudy.config.EncryptionSettings;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.repository.Verified;
import io.understudy.setup.SnapshotName;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description =
                "Fetches every blob of a snapshot and checks it against its hash, and the manifest against its signature. Of an encrypted repository, without an identity: looks whether all are there.")
final class VerifyCommand extends PrimaryCommand {
    private static final int THREADS = 4;

    @Parameters(
            paramLabel = "ID",
            arity = "0..1",
            description = "The snapshot: " + SnapshotName.FORMS + ". Default: the newest one.")
    private String id;

    @Option(
            names = "--repair",
            description =
                    "Of several filestores, first repair in each what is missing or damaged there, from the others.")
    private boolean repair;

    @Override
    int run(PrimaryWiring agent) {
        // What was not read is not verified, and no metric says so.
        VerifyView view =
                reads(agent) ? agent.lastVerified().recording(Clock.systemUTC(), () -> verify(agent)) : verify(agent);
        cli.print(view, view::text);
        return 0;
    }

    /** Whether there is an identity, or no need of one. A repository that cannot be opened is a failure to verify. */
    private static boolean reads(PrimaryWiring agent) {
        return agent.settings()
                .encryption()
                .map(EncryptionSettings::identity)
                .map(Optional::isPresent)
                .orElse(true);
    }

    private VerifyView verify(PrimaryWiring agent) {
        Repository repository = agent.repository().get();
        List<JunkObject> junk = new ArrayList<>();
        SnapshotId snapshot =
                id == null ? SnapshotName.newest(repository, junk::add) : cli.find(id, PrimaryCli.reader(agent));
        Ticker ticker = Ticker.system();
        long start = ticker.nanos();
        if (repair) {
            repair(agent, snapshot);
        }
        Verified verified = verified(agent, repository, snapshot);
        JunkObject.requireNone(junk);
        return VerifyView.of(verified, ticker.since(start), repository);
    }

    private void repair(PrimaryWiring agent, SnapshotId snapshot) {
        try (ProgressDisplay progress = cli.progress()) {
            long healed = agent.storeCatchUp().heal(snapshot, progress);
            cli.say(healed + " objects were missing or damaged, and are repaired");
        }
    }

    private Verified verified(PrimaryWiring agent, Repository repository, SnapshotId snapshot) {
        try (ProgressDisplay progress = cli.progress()) {
            return new Verification(THREADS).verifyEach(repository, snapshot, progress);
        } catch (UnderstudyException e) {
            if (e.code().isOfBlob()) {
                requestFullSnapshot(agent, snapshot, e);
            }
            throw e;
        }
    }

    /** What the verification found is the command's failure, also where it cannot be noted. */
    private void requestFullSnapshot(PrimaryWiring agent, SnapshotId snapshot, UnderstudyException found) {
        try {
            agent.fullSnapshot()
                    .raise("snapshot " + snapshot + ": " + found.code().label());
        } catch (UnderstudyException e) {
            found.addSuppressed(e);
            cli.say("warning: the next snapshot does not repair this, for its request cannot be saved: "
                    + e.getMessage() + "\nhint: " + e.hint() + "; then run verify again");
        }
    }
}
