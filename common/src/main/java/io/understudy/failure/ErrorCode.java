package io.understudy.failure;

/**
 * The stable codes of everything that can go wrong. Scripts, metric labels ({@link #label()}) and the documentation rely on
 * names and exit codes: add, never renumber.
 *
 * <p>Exit codes: 0 success, 1 a defect of Understudy, 2 wrong usage of the command line, 10–19 configuration and role,
 * 20–29 filestore and repository, 30–39 database, 40–49 authenticity and integrity, 50–59 epochs and snapshots,
 * 60–69 files and disks, 70–79 the site's service.
 */
public enum ErrorCode {
    INTERNAL(1, Retry.AFTER_OPERATOR, "A defect of Understudy. The log has the details; please report it."),
    USAGE(2, Retry.AFTER_OPERATOR, "The command line is wrong."),

    CONFIG_INVALID(10, Retry.AFTER_OPERATOR, "The configuration file has faults; all are listed."),
    KEY_MISSING(11, Retry.AFTER_OPERATOR, "A signing key that is needed does not exist."),
    KEY_INVALID(12, Retry.AFTER_OPERATOR, "A key file is no Ed25519 PEM, or others can read a private key."),
    LOCKED(13, Retry.WITH_BACKOFF, "Another process is doing this on this server now."),
    BACKUP_MODE(14, Retry.AFTER_OPERATOR, "Not done because the server is in backup mode."),
    NOT_BACKUP_MODE(15, Retry.AFTER_OPERATOR, "Not done because the server is not in backup mode."),
    CONFIRMATION_NEEDED(16, Retry.AFTER_OPERATOR, "A question needs an answer and there is no terminal."),
    AGENT_UNREACHABLE(17, Retry.WITH_BACKOFF, "The agent that should do this does not answer."),
    CANCELLED(18, Retry.WITH_BACKOFF, "Stopped before its end; nothing was changed."),
    STATE_DAMAGED(19, Retry.AFTER_OPERATOR, "A file of the agent's state cannot be understood."),

    FILESTORE_UNREACHABLE(20, Retry.WITH_BACKOFF, "The filestore does not answer, or its folder is not there."),
    FILESTORE_DENIED(21, Retry.AFTER_OPERATOR, "The filestore refuses the credentials or the access."),
    FILESTORE_FAILED(22, Retry.WITH_BACKOFF, "The filestore answered with an error."),
    OBJECT_MISSING(23, Retry.AFTER_OPERATOR, "An object that should be in the filestore is not."),
    REPOSITORY_MISSING(24, Retry.AFTER_OPERATOR, "The filestore holds no repository."),
    REPOSITORY_EXISTS(25, Retry.AFTER_OPERATOR, "The filestore holds a repository already."),
    FORMAT_UNKNOWN(
            26,
            Retry.AFTER_OPERATOR,
            "Written in a format that this version does not read: by a newer one, or before the first release."),
    WRONG_SITE(27, Retry.AFTER_OPERATOR, "The repository or snapshot is another site's."),

    DATABASE_UNREACHABLE(30, Retry.WITH_BACKOFF, "The database server does not answer."),
    MISSING_ROLE(31, Retry.AFTER_OPERATOR, "A role that owns or may use something does not exist on this server."),
    MISSING_EXTENSION(
            32,
            Retry.AFTER_OPERATOR,
            "This server lacks an extension that the snapshot needs, a version of it, or its locale or encoding."),
    MISSING_PRIVILEGE(33, Retry.AFTER_OPERATOR, "The database user may not do what is needed."),
    DATABASE_DENIED(34, Retry.AFTER_OPERATOR, "The database server refuses the user, password or database."),
    DATABASE_FAILED(35, Retry.WITH_BACKOFF, "The database server answered with an error."),
    DATABASE_BUSY(36, Retry.WITH_BACKOFF, "Locks or sessions of others kept the database from being used or renamed."),
    DATABASE_FOREIGN(37, Retry.AFTER_OPERATOR, "A database that Understudy did not create has a name that it needs."),
    SERVER_TOO_OLD(38, Retry.AFTER_OPERATOR, "The server is older than the one the snapshot comes from."),
    TOOL_UNFIT(39, Retry.AFTER_OPERATOR, "pg_dump or pg_restore is missing or too old."),

    MANIFEST_DAMAGED(40, Retry.AFTER_OPERATOR, "A manifest is truncated or altered."),
    MANIFEST_UNSIGNED(41, Retry.AFTER_OPERATOR, "A manifest carries no signature."),
    SIGNER_UNKNOWN(42, Retry.AFTER_OPERATOR, "A manifest is signed by a key that is not trusted here."),
    SIGNATURE_INVALID(43, Retry.AFTER_OPERATOR, "A manifest's signature does not match its content."),
    BLOB_MISSING(44, Retry.WITH_BACKOFF, "A blob that a snapshot names is not in the repository."),
    BLOB_DAMAGED(45, Retry.WITH_BACKOFF, "A blob is truncated or altered."),
    UNSAFE_PATH(46, Retry.NEVER, "An index names a path outside its tree, through a link, or of a device."),
    DUMP_FAILED(47, Retry.WITH_BACKOFF, "pg_dump failed."),
    LOAD_FAILED(48, Retry.WITH_BACKOFF, "pg_restore or a COPY failed."),
    LOAD_MISMATCH(49, Retry.WITH_BACKOFF, "The loaded rows are not those that the manifest counts."),

    FENCED(50, Retry.AFTER_OPERATOR, "Another server holds a higher epoch: this one may not commit."),
    EPOCH_TAKEN(51, Retry.AFTER_OPERATOR, "Another server claimed the epoch first."),
    COMMIT_CONFLICT(52, Retry.WITH_BACKOFF, "Another snapshot of the same number was committed first."),
    SNAPSHOT_UNKNOWN(53, Retry.AFTER_OPERATOR, "There is no snapshot of this name."),
    SNAPSHOT_REJECTED(54, Retry.NEVER, "The site was not healthy with this snapshot before."),
    SNAPSHOT_OLDER(55, Retry.AFTER_OPERATOR, "The snapshot is older than the one applied."),
    NOTHING_TO_ROLL_BACK(56, Retry.AFTER_OPERATOR, "There is no N-1 to return to."),

    DISK_FULL(60, Retry.WITH_BACKOFF, "There is not enough room."),
    FILE_FAILED(61, Retry.WITH_BACKOFF, "A file could not be read or written."),
    FILE_DENIED(62, Retry.AFTER_OPERATOR, "The agent may not read or write a file."),
    FILE_UNSUPPORTED(63, Retry.AFTER_OPERATOR, "A file is of a kind or name that cannot be carried."),

    COMMAND_FAILED(70, Retry.WITH_BACKOFF, "A command of the site failed or could not be started."),
    COMMAND_TIMEOUT(71, Retry.WITH_BACKOFF, "A command took longer than its limit and was killed."),
    SITE_UNHEALTHY(72, Retry.WITH_BACKOFF, "The site did not become healthy in time.");

    private final int exitCode;
    private final Retry retry;
    private final String meaning;

    ErrorCode(int exitCode, Retry retry, String meaning) {
        this.exitCode = exitCode;
        this.retry = retry;
        this.meaning = meaning;
    }

    /** The exit code of a command that ends with this error: 1 to 79. */
    public int exitCode() {
        return exitCode;
    }

    public Retry retry() {
        return retry;
    }

    /** Whether it says nothing about what is stored: the filestore could not be asked, or the work was given up. */
    public boolean leavesContentUnjudged() {
        return switch (this) {
            case FILESTORE_UNREACHABLE, FILESTORE_DENIED, FILESTORE_FAILED, CANCELLED -> true;
            default -> false;
        };
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
