package io.understudy.transport;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.v1.Failure;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Failures across a call: code, message and hint travel in its trailers, so that the caller throws what the other side
 * threw.
 */
public final class RpcFailures {
    private static final Logger LOG = LoggerFactory.getLogger(RpcFailures.class);
    private static final Metadata.Key<Failure> KEY =
            Metadata.Key.of("understudy-failure-bin", ProtoUtils.metadataMarshaller(Failure.getDefaultInstance()));

    /** What a peer that is no agent makes gRPC say, and one that has TLS where this side has none, or the reverse. */
    private static final Pattern FOREIGN =
            Pattern.compile("SETTINGS|HTTP/1|HTTP status code|content-type|preface|not an? (SSL|TLS)|http2"
                    + "|Network closed|closed while performing TLS|handshake timed out");

    /** Trailers are small; what is cut off is in the log of the side that failed. */
    private static final int LONGEST = 2000;

    private RpcFailures() {}

    /**
     * What a service ends a call with. A failure that is no {@link UnderstudyException} is logged here and reported as
     * {@code INTERNAL}.
     */
    public static StatusRuntimeException toStatus(Throwable failure) {
        if (failure instanceof StatusRuntimeException status) {
            return status;
        }
        UnderstudyException known = known(failure);
        Metadata trailers = new Metadata();
        trailers.put(KEY, message(known));
        return status(known.code())
                .withDescription(known.code().label())
                .withCause(failure)
                .asRuntimeException(trailers);
    }

    /**
     * What a caller throws.
     *
     * @param what could not be done and why so far: {@code cannot ask the agent at 127.0.0.1:7443}
     */
    public static UnderstudyException fromStatus(String what, Throwable failure) {
        Status status = Status.fromThrowable(failure);
        Metadata trailers = Status.trailersFromThrowable(failure);
        Failure sent = trailers == null ? null : trailers.get(KEY);
        if (sent != null) {
            return exception(plain(sent), failure);
        }
        if (status.getCode() == Status.Code.CANCELLED) {
            return new UnderstudyException(ErrorCode.CANCELLED, what + ": cancelled", "run it again", failure);
        }
        return new UnderstudyException(
                ErrorCode.AGENT_UNREACHABLE, what + ": " + PlainText.of(why(status)), hint(status), failure);
    }

    /** Whether the other side ended the call with a reason of its own, and not the way to it. */
    public static boolean isReasoned(Throwable failure) {
        Metadata trailers = Status.trailersFromThrowable(failure);
        return trailers != null && trailers.containsKey(KEY);
    }

    /** Whatever listens there wrote it, and an operator's terminal shows it. */
    private static Failure plain(Failure sent) {
        return sent.toBuilder()
                .setMessage(PlainText.of(sent.getMessage(), LONGEST))
                .setHint(PlainText.of(sent.getHint(), LONGEST))
                .build();
    }

    /** What the other side threw, as it is thrown here. */
    public static UnderstudyException exception(Failure sent) {
        return exception(sent, null);
    }

    private static UnderstudyException exception(Failure sent, Throwable cause) {
        return new UnderstudyException(
                ErrorCode.of(sent.getCode()).orElse(ErrorCode.INTERNAL), sent.getMessage(), sent.getHint(), cause);
    }

    /**
     * The message of whatever stopped a request. One that is no {@link UnderstudyException} is logged here and reported
     * as {@code INTERNAL}.
     */
    public static Failure messageOf(Throwable failure) {
        return message(known(failure));
    }

    /** The message of a failure inside another message, such as a status. */
    public static Failure message(UnderstudyException failure) {
        return Failure.newBuilder()
                .setCode(failure.code().label())
                .setMessage(shortened(String.valueOf(failure.getMessage())))
                .setHint(shortened(failure.hint()))
                .build();
    }

    private static UnderstudyException known(Throwable failure) {
        if (!(failure instanceof UnderstudyException)) {
            LOG.error("cannot carry out a request", failure);
        }
        return Unexpected.of("carry out the request", failure);
    }

    private static Status status(ErrorCode code) {
        return switch (code) {
            case CANCELLED -> Status.CANCELLED;
            case INTERNAL -> Status.INTERNAL;
            default -> Status.FAILED_PRECONDITION;
        };
    }

    private static String why(Status status) {
        Throwable deepest = status.getCause();
        while (deepest != null && deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        String reason =
                deepest == null || deepest.getMessage() == null ? status.getDescription() : deepest.getMessage();
        return status.getCode().name().toLowerCase(java.util.Locale.ROOT) + (reason == null ? "" : " (" + reason + ")");
    }

    private static String hint(Status status) {
        return switch (status.getCode()) {
            case UNIMPLEMENTED -> "another program, or an agent of another version, listens there";
            default -> connectionHint(status);
        };
    }

    private static String connectionHint(Status status) {
        String all = description(status);
        if (all.contains("Connection refused")) {
            return "start the agent; if it listens elsewhere, correct the address in the configuration";
        }
        if (FOREIGN.matcher(all).find()) {
            return "another program listens on this port, or only one of the two sides has tls configured: see which one"
                    + " listens there (ss -ltnp), and give each its own port";
        }
        if (all.matches("(?s).*(SSL|TLS|certificate|CertPath|handshake).*")) {
            return "check that the certificates of both sides are of the same ca, valid, and for these names";
        }
        return "check that the agent runs, and that no other program listens on this port (ss -ltnp)";
    }

    /** All that is known about why the call failed. */
    private static String description(Status status) {
        StringBuilder all = new StringBuilder(String.valueOf(status.getDescription()));
        for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
            all.append(' ').append(cause);
        }
        return all.toString();
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
