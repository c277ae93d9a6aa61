package io.understudy.failure;

import static io.understudy.failure.ErrorKind.AGENT;
import static io.understudy.failure.ErrorKind.CONFIG;
import static io.understudy.failure.ErrorKind.CONTENT;
import static io.understudy.failure.ErrorKind.DATABASE;
import static io.understudy.failure.ErrorKind.DISK;
import static io.understudy.failure.ErrorKind.FENCE;
import static io.understudy.failure.ErrorKind.FILESTORE;
import static io.understudy.failure.ErrorKind.SITE;
import static io.understudy.failure.ErrorKind.TRUST;
import static io.understudy.failure.Retry.AFTER_OPERATOR;
import static io.understudy.failure.Retry.NEVER;
import static io.understudy.failure.Retry.WITH_BACKOFF;

import java.util.Arrays;
import java.util.Optional;

/**
 * The stable codes of everything that can go wrong. Scripts, metric labels ({@link #label()}) and the documentation
 * rely on names and exit codes: add, never renumber. What a code is about, code asks by its {@link #kind}, never by its
 * number.
 *
 * <p>Exit codes: 0 success, 1 a defect of Understudy, 2 wrong usage of the command line, 3 out of memory (as a Java
 * machine that ends for that reason), 10–19 configuration and role, 20–29 filestore and repository, 30–39 database,
 * 40–49 authenticity and integrity, 50–59 epochs and snapshots, 60–69 files and disks, 70–79 the site's service,
 * 80–89 the other server.
 */
public enum ErrorCode {
    INTERNAL(1, AGENT, AFTER_OPERATOR, "A defect of Understudy. The log has the details; please report it."),
    USAGE(2, AGENT, AFTER_OPERATOR, "The command line is wrong."),
    OUT_OF_MEMORY(3, AGENT, WITH_BACKOFF, "The agent's memory does not suffice; `UNDERSTUDY_JAVA_OPTS` gives it more."),

    CONFIG_INVALID(10, CONFIG, AFTER_OPERATOR, "The configuration file has faults; all are listed."),
    KEY_MISSING(11, CONFIG, AFTER_OPERATOR, "A signing key that is needed does not exist."),
    KEY_INVALID(12, CONFIG, AFTER_OPERATOR, "A key file is no Ed25519 PEM, or others can read a private key."),
    LOCKED(13, AGENT, WITH_BACKOFF, "Another process is doing this on this server now."),
    BACKUP_MODE(14, AGENT, AFTER_OPERATOR, "Not done because the server is in backup mode."),
    NOT_BACKUP_MODE(15, AGENT, AFTER_OPERATOR, "Not done because the server is not in backup mode."),
    CONFIRMATION_NEEDED(16, AGENT, AFTER_OPERATOR, "A question needs an answer and there is no terminal."),
    AGENT_UNREACHABLE(17, AGENT, WITH_BACKOFF, "The agent that should do this does not answer."),
    CANCELLED(18, AGENT, WITH_BACKOFF, "Stopped before its end; nothing was changed."),
    STATE_DAMAGED(19, AGENT, AFTER_OPERATOR, "A file of the agent's state cannot be read."),

    FILESTORE_UNREACHABLE(20, FILESTORE, WITH_BACKOFF, "The filestore does not answer, or its folder is not there."),
    FILESTORE_DENIED(21, FILESTORE, AFTER_OPERATOR, "The filestore refuses the credentials or the access."),
    FILESTORE_FAILED(22, FILESTORE, WITH_BACKOFF, "The filestore answered with an error."),
    OBJECT_MISSING(23, CONTENT, AFTER_OPERATOR, "An object that should be in the filestore is not."),
    REPOSITORY_MISSING(24, FILESTORE, AFTER_OPERATOR, "The filestore holds no repository."),
    REPOSITORY_EXISTS(25, FILESTORE, AFTER_OPERATOR, "The filestore holds a repository already."),
    FORMAT_UNKNOWN(
            26,
            CONTENT,
            AFTER_OPERATOR,
            "Written in a format that this version does not read: by a newer one, or before the first release."),
    WRONG_SITE(27, TRUST, AFTER_OPERATOR, "The repository or snapshot is another site's."),
    WRONG_REPOSITORY(
            28,
            TRUST,
            AFTER_OPERATOR,
            "A signed object is another repository's, though of the same site and signed by the same key."),
    REPOSITORY_OLDER(
            29,
            CONTENT,
            AFTER_OPERATOR,
            "The repository lacks the snapshot that is live here and all newer ones: it was put back to an older state."),

    DATABASE_UNREACHABLE(30, DATABASE, WITH_BACKOFF, "The database server does not answer."),
    MISSING_ROLE(31, DATABASE, AFTER_OPERATOR, "A role that owns or may use something does not exist on this server."),
    MISSING_EXTENSION(
            32,
            DATABASE,
            AFTER_OPERATOR,
            "This server lacks an extension that the snapshot needs, a version of it, or its locale or encoding."),
    MISSING_PRIVILEGE(33, DATABASE, AFTER_OPERATOR, "The database user may not do what is needed."),
    DATABASE_DENIED(34, DATABASE, AFTER_OPERATOR, "The database server refuses the user, password or database."),
    DATABASE_FAILED(35, DATABASE, WITH_BACKOFF, "The database server answered with an error."),
    DATABASE_BUSY(
            36, DATABASE, WITH_BACKOFF, "Locks or sessions of others kept the database from being used or renamed."),
    DATABASE_FOREIGN(
            37, DATABASE, AFTER_OPERATOR, "A database that Understudy did not create has a name that it needs."),
    SERVER_TOO_OLD(38, DATABASE, AFTER_OPERATOR, "The server is older than the one the snapshot comes from."),
    TOOL_UNFIT(39, DATABASE, AFTER_OPERATOR, "pg_dump or pg_restore is missing or too old."),

    MANIFEST_DAMAGED(40, CONTENT, AFTER_OPERATOR, "A manifest is truncated or altered."),
    MANIFEST_UNSIGNED(41, TRUST, AFTER_OPERATOR, "A manifest carries no signature."),
    SIGNER_UNKNOWN(42, TRUST, AFTER_OPERATOR, "A manifest is signed by a key that is not trusted here."),
    SIGNATURE_INVALID(43, TRUST, AFTER_OPERATOR, "A manifest's signature does not match its content."),
    BLOB_MISSING(44, CONTENT, WITH_BACKOFF, "A blob that a snapshot names is not in the repository."),
    BLOB_DAMAGED(45, CONTENT, WITH_BACKOFF, "A blob is truncated or altered."),
    UNSAFE_PATH(46, CONTENT, NEVER, "An index names a path outside its tree, through a link, or of a device."),
    DUMP_FAILED(47, DATABASE, WITH_BACKOFF, "pg_dump, or the command that dumps another database, failed."),
    LOAD_FAILED(
            48, DATABASE, WITH_BACKOFF, "pg_restore, a COPY, or the command that restores another database, failed."),
    LOAD_MISMATCH(49, DATABASE, WITH_BACKOFF, "The loaded rows are not those that the manifest counts."),

    FENCED(50, FENCE, AFTER_OPERATOR, "Another server holds a higher epoch: this one may not commit."),
    EPOCH_TAKEN(51, FENCE, AFTER_OPERATOR, "Another server claimed the epoch first."),
    COMMIT_CONFLICT(52, FENCE, WITH_BACKOFF, "Another snapshot of the same number was committed first."),
    SNAPSHOT_UNKNOWN(53, CONTENT, AFTER_OPERATOR, "There is no snapshot of this name."),
    SNAPSHOT_REJECTED(54, SITE, NEVER, "The site was not healthy with this snapshot before."),
    SNAPSHOT_OLDER(
            55,
            CONTENT,
            AFTER_OPERATOR,
            "The data of a snapshot is older than what is live, though its number is higher."),
    NOTHING_TO_ROLL_BACK(56, AGENT, AFTER_OPERATOR, "There is no N-1 to return to."),
    IDENTITY_MISSING(
            57, CONFIG, AFTER_OPERATOR, "The repository is encrypted, and this server has no key that opens it."),
    NOT_ENCRYPTED(58, TRUST, AFTER_OPERATOR, "Something in an encrypted repository is not encrypted."),
    SNAPSHOT_HELD(59, AGENT, AFTER_OPERATOR, "A snapshot differs too much from what is applied."),

    DISK_FULL(60, DISK, WITH_BACKOFF, "There is not enough room."),
    FILE_FAILED(61, DISK, WITH_BACKOFF, "A file could not be read or written."),
    FILE_DENIED(62, DISK, AFTER_OPERATOR, "The agent may not read or write a file."),
    FILE_UNSUPPORTED(63, DISK, AFTER_OPERATOR, "A file is of a kind or name that cannot be carried."),
    CONTENT_GONE(
            64,
            DISK,
            AFTER_OPERATOR,
            "A tree or the database is empty, or a tree lies on another file system, unlike at the last snapshot."),
    CLOSURE_INCOMPLETE(65, SITE, AFTER_OPERATOR, "Rows name files that are not in their tree, or that is not known."),

    COMMAND_FAILED(70, SITE, WITH_BACKOFF, "A command of the site failed or could not be started."),
    COMMAND_TIMEOUT(71, SITE, WITH_BACKOFF, "A command took longer than its limit and was killed."),
    SITE_UNHEALTHY(72, SITE, WITH_BACKOFF, "The site did not become healthy in time."),
    SWITCH_UNSURE(
            73,
            AGENT,
            AFTER_OPERATOR,
            "The answer of `forecast`: a switch would work now, but with warnings, or something of it is not known."),
    SWITCH_BLOCKED(74, AGENT, AFTER_OPERATOR, "The answer of `forecast`: something stands in the way of a switch."),
    SITE_STOPPED(
            75,
            SITE,
            AFTER_OPERATOR,
            "The site is not stopped or started, for `agent-primary shutdown` stopped it for good."),

    PEER_REFUSED(
            80,
            AGENT,
            AFTER_OPERATOR,
            "One of the two servers refuses the other: its certificate, its version of TLS, or a name that is not listed."),
    TLS_UNUSABLE(
            81,
            AGENT,
            AFTER_OPERATOR,
            "The files of `tls` allow no connection: missing, unreadable, expired, or no pair. Standbys poll until they are renewed."),
    NOTICE_REFUSED(82, AGENT, WITH_BACKOFF, "A channel of `notify` did not take a notice."),
    DNS_FAILED(
            83,
            AGENT,
            WITH_BACKOFF,
            "The names of the site do not point where they should, and could not be changed or not seen to be changed in time.");

    private final int exitCode;
    private final ErrorKind kind;
    private final Retry retry;
    private final String meaning;

    ErrorCode(int exitCode, ErrorKind kind, Retry retry, String meaning) {
        this.exitCode = exitCode;
        this.kind = kind;
        this.retry = retry;
        this.meaning = meaning;
    }

    /** The exit code of a command that ends with this error: 1 to 89. */
    public int exitCode() {
        return exitCode;
    }

    public Retry retry() {
        return retry;
    }

    /** What is at fault: which code asks by it, and a person knows where to look. */
    public ErrorKind kind() {
        return kind;
    }

    /**
     * Whether it is a verdict on what is stored: that is damaged, missing or not to be trusted, and stays so however
     * often it is read. Any other failure says nothing about it: the filestore could not be asked, the work was given
     * up, this server has a fault of its own.
     */
    public boolean judgesContent() {
        return kind == CONTENT || kind == TRUST;
    }

    /** Whether a blob is missing or damaged: it can be fetched or stored again. */
    public boolean isOfBlob() {
        return this == BLOB_MISSING || this == BLOB_DAMAGED;
    }

    /** The code of this label; empty when a newer version has invented it. */
    public static Optional<ErrorCode> of(String label) {
        return Arrays.stream(values())
                .filter(code -> code.label().equals(label))
                .findFirst();
    }

    /** One sentence for the operators' reference. */
    public String meaning() {
        return meaning;
    }

    /** The code as a metric label and in JSON output: {@code missing_role}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
