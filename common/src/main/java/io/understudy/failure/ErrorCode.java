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
    INTERNAL(1, Retry.AFTER_OPERATOR),
    USAGE(2, Retry.AFTER_OPERATOR),

    CONFIG_INVALID(10, Retry.AFTER_OPERATOR),
    KEY_MISSING(11, Retry.AFTER_OPERATOR),
    KEY_INVALID(12, Retry.AFTER_OPERATOR),
    LOCKED(13, Retry.WITH_BACKOFF),
    BACKUP_MODE(14, Retry.AFTER_OPERATOR),
    NOT_BACKUP_MODE(15, Retry.AFTER_OPERATOR),
    CONFIRMATION_NEEDED(16, Retry.AFTER_OPERATOR),
    AGENT_UNREACHABLE(17, Retry.WITH_BACKOFF),
    CANCELLED(18, Retry.WITH_BACKOFF),
    STATE_DAMAGED(19, Retry.AFTER_OPERATOR),

    FILESTORE_UNREACHABLE(20, Retry.WITH_BACKOFF),
    FILESTORE_DENIED(21, Retry.AFTER_OPERATOR),
    FILESTORE_FAILED(22, Retry.WITH_BACKOFF),
    OBJECT_MISSING(23, Retry.AFTER_OPERATOR),
    REPOSITORY_MISSING(24, Retry.AFTER_OPERATOR),
    REPOSITORY_EXISTS(25, Retry.AFTER_OPERATOR),
    FORMAT_UNKNOWN(26, Retry.AFTER_OPERATOR),
    WRONG_SITE(27, Retry.AFTER_OPERATOR),

    DATABASE_UNREACHABLE(30, Retry.WITH_BACKOFF),
    MISSING_ROLE(31, Retry.AFTER_OPERATOR),
    MISSING_EXTENSION(32, Retry.AFTER_OPERATOR),
    MISSING_PRIVILEGE(33, Retry.AFTER_OPERATOR),
    DATABASE_DENIED(34, Retry.AFTER_OPERATOR),
    DATABASE_FAILED(35, Retry.WITH_BACKOFF),
    DATABASE_BUSY(36, Retry.WITH_BACKOFF),
    DATABASE_FOREIGN(37, Retry.AFTER_OPERATOR),
    SERVER_TOO_OLD(38, Retry.AFTER_OPERATOR),
    TOOL_UNFIT(39, Retry.AFTER_OPERATOR),

    MANIFEST_DAMAGED(40, Retry.AFTER_OPERATOR),
    MANIFEST_UNSIGNED(41, Retry.AFTER_OPERATOR),
    SIGNER_UNKNOWN(42, Retry.AFTER_OPERATOR),
    SIGNATURE_INVALID(43, Retry.AFTER_OPERATOR),
    BLOB_MISSING(44, Retry.WITH_BACKOFF),
    BLOB_DAMAGED(45, Retry.WITH_BACKOFF),
    UNSAFE_PATH(46, Retry.NEVER),
    DUMP_FAILED(47, Retry.WITH_BACKOFF),
    LOAD_FAILED(48, Retry.WITH_BACKOFF),
    LOAD_MISMATCH(49, Retry.WITH_BACKOFF),

    FENCED(50, Retry.AFTER_OPERATOR),
    EPOCH_TAKEN(51, Retry.AFTER_OPERATOR),
    COMMIT_CONFLICT(52, Retry.WITH_BACKOFF),
    SNAPSHOT_UNKNOWN(53, Retry.AFTER_OPERATOR),
    SNAPSHOT_REJECTED(54, Retry.NEVER),
    SNAPSHOT_OLDER(55, Retry.AFTER_OPERATOR),
    NOTHING_TO_ROLL_BACK(56, Retry.AFTER_OPERATOR),

    DISK_FULL(60, Retry.WITH_BACKOFF),
    FILE_FAILED(61, Retry.WITH_BACKOFF),
    FILE_DENIED(62, Retry.AFTER_OPERATOR),
    FILE_UNSUPPORTED(63, Retry.AFTER_OPERATOR),

    COMMAND_FAILED(70, Retry.WITH_BACKOFF),
    COMMAND_TIMEOUT(71, Retry.WITH_BACKOFF),
    SITE_UNHEALTHY(72, Retry.WITH_BACKOFF);

    private final int exitCode;
    private final Retry retry;

    ErrorCode(int exitCode, Retry retry) {
        this.exitCode = exitCode;
        this.retry = retry;
    }

    /** The exit code of a command that ends with this error: 1 to 79. */
    public int exitCode() {
        return exitCode;
    }

    public Retry retry() {
        return retry;
    }

    /** The code as a metric label and in JSON output: {@code missing_role}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
