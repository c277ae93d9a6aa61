package io.understudy.filestore.sftp;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/** What the answers of a server, and their absence, mean. */
final class Failures {
    private final Location location;

    Failures(Location location) {
        this.location = location;
    }

    UnderstudyException missing(String key) {
        return new UnderstudyException(
                ErrorCode.OBJECT_MISSING,
                "cannot read " + key + " from " + location + ": it is not there",
                "run verify to see what else is missing");
    }

    UnderstudyException tooShort(String key, long offset, long size) {
        return new UnderstudyException(
                ErrorCode.OBJECT_MISSING,
                "cannot read " + key + " from " + location + " at " + offset + ": it has only " + size + " bytes",
                "verify the snapshot: the object is shorter than its description");
    }

    /** The folder is gone: a disk that is not mounted must not look like an empty repository. */
    UnderstudyException noRoot(String action) {
        return failure(
                ErrorCode.FILESTORE_UNREACHABLE,
                action,
                "the folder is not there",
                "mount its disk on the server, or create the folder if it is new: echo mkdir " + location.root()
                        + " | sftp -b - -P " + location.port() + " " + location.user() + "@" + location.host(),
                null);
    }

    private UnderstudyException full(String action, Exception cause) {
        return failure(
                ErrorCode.DISK_FULL,
                action,
                "no space left",
                "free space on the server's disk of " + location.root() + ", or raise the user's quota",
                cause);
    }

    /** The server's host key is not the right one. */
    UnderstudyException hostKey(String why) {
        return failure(
                ErrorCode.FILESTORE_DENIED,
                "connect to",
                why,
                "compare the fingerprint with what ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub shows on the server"
                        + " itself (ssh-keyscan -p " + location.port() + " " + location.host()
                        + " | ssh-keygen -lf - shows what the network offers); only if both are the same, put the line of"
                        + " ssh-keyscan into filestore.ssh.known_hosts, or the fingerprint into filestore.ssh.host_key",
                null);
    }

    UnderstudyException login(String why, Exception cause) {
        return failure(
                ErrorCode.FILESTORE_DENIED,
                "log in to",
                why,
                "try it by hand as the agent's user: sftp -P " + location.port() + " " + location.user() + "@"
                        + location.host() + "; the server's log says why it refuses",
                cause);
    }

    UnderstudyException noSftp(Exception cause) {
        return failure(
                ErrorCode.FILESTORE_FAILED,
                "open an SFTP session of",
                "the server ended it: " + reason(cause),
                "let the server's sshd_config have Subsystem sftp internal-sftp, and no shell start-up file print anything;"
                        + " check MaxSessions",
                cause);
    }

    UnderstudyException unreachable(String action, Exception cause) {
        if (isInterrupt(cause)) {
            return interrupted(action, cause);
        }
        return failure(
                ErrorCode.FILESTORE_UNREACHABLE,
                action,
                reason(cause),
                "check the network, and that sshd listens on port " + location.port() + " of " + location.host(),
                cause);
    }

    /** @param action {@code write x to} */
    UnderstudyException of(String action, IOException cause) {
        return cause instanceof SftpException refusal ? refused(action, refusal) : unreachable(action, cause);
    }

    /** An answer that no server gives. */
    UnderstudyException nonsense(String action, RuntimeException cause) {
        return failure(
                ErrorCode.FILESTORE_FAILED,
                action,
                "the server's answer cannot be understood: " + cause,
                "look into the server's log, and for what may change its traffic on the way",
                cause);
    }

    UnderstudyException busy(String action, int most) {
        return failure(
                ErrorCode.FILESTORE_FAILED,
                action,
                "all " + most + " files that the server lets this agent open at a time are open",
                "raise the limit of open files (ulimit -n) of the server's sftp process",
                null);
    }

    private UnderstudyException refused(String action, SftpException refusal) {
        String said = said(refusal);
        return switch (refusal.getStatus()) {
            case SftpConstants.SSH_FX_PERMISSION_DENIED, SftpConstants.SSH_FX_WRITE_PROTECT ->
                failure(
                        ErrorCode.FILESTORE_DENIED,
                        action,
                        said,
                        "let " + location.user() + " read and write below " + location.root() + " on the server",
                        refusal);
            case SftpConstants.SSH_FX_OP_UNSUPPORTED ->
                failure(
                        ErrorCode.FILESTORE_DENIED,
                        action,
                        said,
                        "the server refuses a request that it needs; look for -P or -p of sftp-server in sshd_config",
                        refusal);
            case SftpConstants.SSH_FX_NO_SPACE_ON_FILESYSTEM, SftpConstants.SSH_FX_QUOTA_EXCEEDED ->
                full(action, refusal);
            case SftpConstants.SSH_FX_NO_CONNECTION, SftpConstants.SSH_FX_CONNECTION_LOST ->
                unreachable(action, refusal);
            default ->
                failure(
                        ErrorCode.FILESTORE_FAILED,
                        action,
                        said,
                        "check the disk, the limits and the log of the server",
                        refusal);
        };
    }

    private UnderstudyException interrupted(String action, Exception cause) {
        Thread.currentThread().interrupt();
        return failure(ErrorCode.CANCELLED, action, "interrupted", "try again", cause);
    }

    private UnderstudyException failure(ErrorCode code, String action, String why, String hint, Exception cause) {
        return new UnderstudyException(code, "cannot " + action + " " + location + ": " + why, hint, cause);
    }

    private static String said(SftpException refusal) {
        String name = SftpConstants.getStatusName(refusal.getStatus())
                .replace("SSH_FX_", "")
                .replace('_', ' ')
                .toLowerCase(Locale.ROOT);
        String text = String.valueOf(refusal.getMessage()).replaceAll("\\p{Cntrl}", "?");
        return text.equalsIgnoreCase(name) ? name : name + " (" + shortened(text) + ")";
    }

    static String reason(Exception cause) {
        Throwable root = cause;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String text = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return root instanceof UnknownHostException
                ? "its host name is unknown: " + shortened(text)
                : shortened(text.replaceAll("\\p{Cntrl}", "?"));
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    static boolean isInterrupt(Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof InterruptedException
                    || each instanceof InterruptedIOException && !(each instanceof SocketTimeoutException)) {
                return true;
            }
        }
        return false;
    }
}
