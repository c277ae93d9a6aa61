package io.understudy.state;

import java.nio.file.Path;

/**
 * All that lies in the state folder of a server: both agents share one. {@code deploy/docs/state.md} is this list for
 * operators. A new file of state is a line here and a record. More than 300 lines, for it is one list.
 */
public enum StateEntry {
    EPOCH(
            Owner.BOTH,
            "epoch.json",
            2,
            Loss.STOPS,
            "the epoch that this server holds, and a higher one of another server that it saw; while `init` runs, the claim that it makes",
            "this server may not publish until it is promoted again, by `agent-replica promote --force` where it is the primary"),
    SWITCHOVER(
            Owner.BOTH,
            "switchover.json",
            1,
            Loss.STOPS,
            "while this server hands its site over to a standby: to which, how far that is, until when it goes back by itself, and the claim by which it does",
            "neither agent goes on: decide by the claims in the filestore (`epochs/`) which server serves the site, and remove or write the marker by hand"),
    SWITCHOVER_TIMES(
            Owner.PRIMARY,
            "switchover-times.json",
            1,
            Loss.COSTS,
            "how long each step of the last switchover took, for `switchover --plan`",
            "the plan says that the times are not known"),
    VERIFIED(
            Owner.BOTH,
            "verified.json",
            1,
            Loss.COSTS,
            "how the last verifications ended, for the metrics",
            "the metrics show no verification until the next one"),
    COMMANDS(Owner.BOTH, "commands", "what the site's commands print, and which run", "nothing; it is made again"),
    AUDIT(
            Owner.BOTH,
            "audit.jsonl",
            "who asked for what: one line a request and one for its end, each with the hash of the line before; appended to, and from 4 MiB on moved to `audit`",
            "what was asked before is known from the agents' logs alone; `audit verify` says so"),
    AUDIT_OLDER(
            Owner.BOTH,
            "audit",
            "the 15 newest files that `audit.jsonl` was before, each named after its last entry",
            "as that of `audit.jsonl`"),
    AUDIT_HEAD(
            Owner.BOTH,
            "audit-head.json",
            2,
            Loss.COSTS,
            "number and hash of the last line of `audit.jsonl`, and the last entry that was deleted with an old file",
            "lines that are lost from the end or the beginning of the chain are not noticed"),
    AUDIT_LOCK(Owner.BOTH, "audit.lock", "held while a line is appended", "nothing; it is made again"),
    READING(
            Owner.BOTH,
            "reading",
            "locks of the commands that hold a snapshot while they read it (`restore`, `dump`, `cat`, `diff`, `ls`, `find`, `history`, `restore-row`, `rewrite`)",
            "nothing; it is made again"),
    RESTORED_PARTS(
            Owner.BOTH,
            "restored-parts.json",
            1,
            Loss.STOPS,
            "the last `restore --to live` of parts: which snapshot and trees, and how far it is",
            "it cannot be undone, and what a killed one left half stays so: what it replaced lies in `.understudy/undo` of each tree"),
    PART_PLANS(
            Owner.BOTH,
            "restored-parts",
            "for each of its trees the plan of its changes",
            "as that of `restored-parts.json`"),
    DATABASE_RESTORES(
            Owner.BOTH,
            "database-restores",
            "for each `restore --to database:NAME` that has not come to its end: which database it is, and what it is restored of",
            "the next such command to the same name starts over"),
    PARTS_LOCK(Owner.BOTH, "restored-parts.lock", "held by such a restore", "nothing; it is made again"),
    RESTORED_ROWS(
            Owner.BOTH,
            "restored-rows",
            1,
            Loss.STOPS,
            "for each of the last `restore-row --apply` which rows it stored and which values they had before, and the files that came with them; 20 at most, the values for 30 days; and the lock that is held while one is stored or taken back",
            "these cannot be taken back by `restore-row --undo`"),
    PROBE(Owner.PRIMARY, "check", "written and deleted by `agent-primary check`", "nothing; it is made again"),
    REPOSITORY_KEY(
            Owner.PRIMARY,
            "repository-key.json",
            1,
            Loss.STOPS,
            "of an encrypted repository: the public half of its key, the keys of outlines, and the secret by which blobs are named; nothing that opens content",
            "no snapshot can be taken and none deleted, unless `encryption.identity` is set"),
    REKEY(
            Owner.PRIMARY,
            "rekey.json",
            1,
            Loss.COSTS,
            "of an encrypted repository: how far `rekey` is with encrypting old content to the newest key",
            "the next `rekey` looks at all content again before it makes another key"),
    ENCRYPT(
            Owner.PRIMARY,
            "encrypt.json",
            1,
            Loss.COSTS,
            "when `encrypt --switch` made a plain repository an encrypted one",
            "`encrypt --clean` asks to run the switch again"),
    RECOVERY(
            Owner.PRIMARY,
            "recovery-key.json",
            1,
            Loss.COSTS,
            "when the recovery key was last seen to open a snapshot, for `check` and a metric",
            "`check` and an alert ask to try it again"),
    QUIESCE(
            Owner.PRIMARY,
            "quiesce.json",
            2,
            Loss.COSTS,
            "that a snapshot stopped the site (`quiesce`), and how far that is, until it has started it again",
            "where the agent was killed while the site was stopped, nothing starts it"),
    SHUTDOWN(
            Owner.PRIMARY, "shutdown.json", 1, Loss.COSTS, "that shutdown stopped the site", "a snapshot may start it"),
    FENCED(
            Owner.PRIMARY,
            "fenced.json",
            1,
            Loss.COSTS,
            "that `on_fenced` stops the site of this server, or has done so, for which epoch, and in which boot of the host",
            "`on_fenced` stops the site once more where this server is fenced"),
    LAST_SEQUENCE(
            Owner.PRIMARY,
            "last-sequence.json",
            1,
            Loss.COSTS,
            "the number of the last snapshot that was about to be committed, none is given twice; and the last one that was committed and is not continuous",
            "numbers follow the newest manifest in the filestore alone"),
    LAST_UNCHANGED(
            Owner.PRIMARY,
            "last-unchanged.json",
            1,
            Loss.COSTS,
            "when a run of the schedule found that nothing had changed since the newest snapshot (`primary.schedule_skip_unchanged`)",
            "the agent looks again at its next start, and until then the newest snapshot seems as old as its data"),
    GENUINE_SNAPSHOTS(
            Owner.PRIMARY,
            "genuine-snapshots.json",
            1,
            Loss.STOPS,
            "the snapshots that this server committed or read with a good signature, and the orphans that it read so: retention distinguishes a damaged manifest from junk by it",
            "retention takes a manifest that is damaged by then for junk: `verify` all snapshots first"),
    TREE_PLACES(
            Owner.PRIMARY,
            "tree-places.json",
            1,
            Loss.COSTS,
            "the file systems that the trees lay on at the last snapshot",
            "the next snapshot does not notice a disk that is not mounted"),
    FULL_SNAPSHOT(
            Owner.PRIMARY,
            "full-snapshot.json",
            1,
            Loss.COUNTS,
            "that something in the repository was found missing or damaged: the next snapshot stores everything again",
            "the next snapshot relies on what the last one stored"),
    CAPTURE(
            Owner.PRIMARY,
            "capture",
            3,
            Loss.COSTS,
            "for each tree the hashes of its files and the newest index; the newest list of tables, and of the blobs of long ones; in an encrypted repository the newest manifest",
            "the next snapshot reads all files again"),
    DUMPS(Owner.PRIMARY, "dumps", "the copy of an SQLite database while it is read", "nothing; it is made again"),
    TRACKING(
            Owner.PRIMARY,
            "tracking.json",
            1,
            Loss.COSTS,
            "what the last snapshot was made of: the replication slot's position, fingerprints of the catalogs, and of each table when it was read in full",
            "the next snapshot reads all tables in full"),
    CONTENT_LOCKS(
            Owner.PRIMARY,
            "content-locks.json",
            1,
            Loss.COSTS,
            "the day up to which the locks of the content that is in use were extended in the filestore (`retention.lock`)",
            "the next snapshot extends all of them"),
    SNAPSHOT_LOCK(Owner.PRIMARY, "primary.lock", "held during a snapshot", "nothing; it is made again"),
    QUIESCE_LOCK(Owner.PRIMARY, "quiesce.lock", "held while a command starts the site", "nothing; it is made again"),
    QUIESCE_SITE_LOCK(
            Owner.PRIMARY, "quiesce-site.lock", "held while a snapshot stops the site", "nothing; it is made again"),
    DELETION_LOCK(Owner.PRIMARY, "deletion.lock", "keeps snapshots and deletions apart", "nothing; it is made again"),
    PRUNE_LOCK(Owner.PRIMARY, "prune.lock", "held while retention deletes", "nothing; it is made again"),
    PRIMARY_DAEMON_LOCK(
            Owner.PRIMARY, "primary-daemon.lock", "held by the daemon of a primary", "nothing; it is made again"),
    PRIMARY_NOTICES(
            Owner.PRIMARY,
            "primary-notices.json",
            1,
            Loss.COSTS,
            "for each channel of `notify`: the notices of a primary's daemon that wait, and what failed and was sent",
            "notices that wait are lost, and a failure that lasts is sent once more"),
    PRIMARY_SOCKET(
            Owner.PRIMARY,
            "primary.sock",
            "where the daemon of a primary takes commands, from its own user and root alone",
            "commands do not reach the daemon until it is started again"),
    REPLICA(
            Owner.REPLICA,
            "replica.json",
            2,
            Loss.STOPS,
            "what this server is, which snapshot is live, how far an apply or a promotion is, the claim that it sends, which databases are Understudy's, what failed",
            "the agent restores its state from the marker, and drops no database that it does not know"),
    NAMES_DUE(
            Owner.REPLICA, "names-due.json", 1, Loss.COSTS, "that the names are to be pointed here", "the names stay"),
    SPARE(
            Owner.REPLICA,
            "spare.json",
            3,
            Loss.STOPS,
            "the database that the next snapshot is loaded into or changed into, and how far that is",
            "the next load starts over, once no database carries the spare's name: drop it if Understudy created it, rename it if it is your own"),
    LOADED_DATABASES(
            Owner.REPLICA,
            "loaded-databases.json",
            1,
            Loss.COSTS,
            "which snapshot each database of this standby held when its load ended, and what shows whether it was changed since",
            "the next import loads the database in full"),
    COMPARED_TABLES(
            Owner.REPLICA,
            "compared-tables.json",
            1,
            Loss.COSTS,
            "when each table of the standby's database was last compared with its digest in the snapshot",
            "the next import compares all tables"),
    MEASURED_TIMES(
            Owner.REPLICA,
            "measured-times.json",
            1,
            Loss.COSTS,
            "how long the steps of the last hundred imports and promotions took, for `forecast`",
            "`forecast` does not know how long a switch takes until the next import or promotion"),
    REPLICA_ID(
            Owner.REPLICA,
            "replica-id.json",
            1,
            Loss.COSTS,
            "a random id, which distinguishes this standby from another with the same configured name",
            "it is drawn again; the report of the old one stays in the filestore"),
    HOLDS(
            Owner.REPLICA,
            "holds.json",
            1,
            Loss.STOPS,
            "of a standby with `holds`: the snapshot that is held, since when and why, and the one that an operator accepted",
            "the next round compares the newest snapshot again; what was accepted is accepted again with `agent-replica accept`"),
    KEPT_COPY(
            Owner.REPLICA,
            "kept-copy.json",
            1,
            Loss.COSTS,
            "of an old primary: which database and trees the first import over it kept, for `rejoin`, and what it saved of that; one entry for each time as the primary",
            "`rejoin` finds the database that was set aside, and no files; what is kept of them in `.understudy/kept` of each tree can be deleted"),
    KEPT_COPY_LOCK(Owner.REPLICA, "kept-copy.lock", "held while that note is changed", "nothing; it is made again"),
    DRILL(
            Owner.REPLICA,
            "drill.json",
            1,
            Loss.STOPS,
            "the drill that is under way: its copies, and whether its site was started, so that the next one clears up what a killed one left",
            "nothing clears up what that drill left: stop its site, drop the database whose name ends in `_drill`, and delete the folder `drill`"),
    DRILL_RESULTS(
            Owner.REPLICA,
            "drill-results.json",
            1,
            Loss.COSTS,
            "how the last drill ended, and when one passed last",
            "forecast, status and metrics know of no drill until the next one; the reports stay"),
    DRILL_REPORTS(
            Owner.REPLICA,
            "drills",
            "the reports of the last drills, signed, as JSON and HTML",
            "`agent-replica drill --list` shows none until the next one"),
    DRILL_FOLDER(Owner.REPLICA, "drill", "the copies of the trees, only during a drill", "nothing; it is made again"),
    DRILL_LOCK(Owner.REPLICA, "drill.lock", "held during a drill", "nothing; it is made again"),
    STAGE(
            Owner.REPLICA,
            "stage",
            "for each tree the hashes of its files, and the plans of its changes",
            "the next import plans again and reads all files again; rollback is not possible until then"),
    OTHER_DATABASES(
            Owner.REPLICA,
            "other-databases.json",
            1,
            Loss.STOPS,
            "what lies next to each live database of `databases`: which snapshot of it, for which apply, and whether it has changed places",
            "no such database is exchanged or taken back; remove the file once all are as they should be, and drop by hand what lies next to them"),
    OTHER_DATABASE_NOTES(
            Owner.REPLICA,
            "other-databases",
            "for each such place: views, triggers and routines of a MariaDB or MySQL database, before and after its exchange",
            "such an exchange cannot be finished or taken back: make them again by hand, from a dump"),
    NUMBERED_DATABASES(
            Owner.REPLICA,
            "numbered-databases.json",
            1,
            Loss.COSTS,
            "of a site without PostgreSQL: which snapshot is live, by numbers in the place of its databases",
            "the newest snapshot is imported again"),
    BUCKETS(
            Owner.REPLICA,
            "buckets",
            "for each tree of a bucket and each bucket that imports write to: which objects were written, with the ETags that they got",
            "the next import writes all objects again; rollback is refused until then"),
    GIT(
            Owner.REPLICA,
            "git",
            "for each tree of git whose snapshots hold differences alone: a mirror of its origin",
            "it is fetched again from the origin"),
    MIRROR(
            Owner.REPLICA,
            "mirror",
            "the repository's snapshots that this standby may need, verified, and a note of which rows were erased",
            "they are fetched again from the filestore"),
    DIFFERENCE(
            Owner.REPLICA,
            "difference",
            "rows that differ between two snapshots, where they are many, only during a load",
            "nothing; it is made again"),
    ARCHIVE(Owner.REPLICA, "archive.dump", "pg_dump's archive, only during a load", "nothing; it is made again"),
    REPLICA_LOCK(Owner.REPLICA, "replica.lock", "held while a standby is changed", "nothing; it is made again"),
    DAEMON_LOCK(Owner.REPLICA, "replica-daemon.lock", "held by the daemon of a standby", "nothing; it is made again"),
    REPLICA_NOTICES(
            Owner.REPLICA,
            "replica-notices.json",
            1,
            Loss.COSTS,
            "for each channel of `notify`: the notices of a standby's daemon that wait, and what failed and was sent",
            "notices that wait are lost, and a failure that lasts is sent once more"),
    REPLICA_SOCKET(
            Owner.REPLICA,
            "replica.sock",
            "where the daemon of a standby takes commands, from its own user and root alone",
            "commands do not reach the daemon until it is started again");

    private final Owner owner;
    private final String fileName;
    private final int format;
    private final Loss loss;
    private final String purpose;
    private final String whenLost;

    StateEntry(Owner owner, String fileName, int format, Loss loss, String purpose, String whenLost) {
        this.owner = owner;
        this.fileName = fileName;
        this.format = format;
        this.loss = loss;
        this.purpose = purpose;
        this.whenLost = whenLost;
    }

    /** A folder, a lock, or a file that another program reads. */
    StateEntry(Owner owner, String fileName, String purpose, String whenLost) {
        this(owner, fileName, 0, Loss.COSTS, purpose, whenLost);
    }

    /** Where it lies in this state folder. */
    public Path in(Path state) {
        return state.resolve(fileName);
    }

    Owner owner() {
        return owner;
    }

    String fileName() {
        return fileName;
    }

    /** The format that this version writes, and the only one that it reads; 0: it holds no record. */
    int format() {
        return format;
    }

    Loss loss() {
        return loss;
    }

    String purpose() {
        return purpose;
    }

    /** What happens without it, as the end of a sentence. */
    String whenLost() {
        return whenLost;
    }
}
