package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Something that would stop a load.
 *
 * @param why as the message says it, without a full stop
 * @param hint what the operator can do
 */
record Fault(ErrorCode code, String why, String hint) {
    /** All faults as one failure; the first one's code leads. */
    static UnderstudyException all(String what, List<Fault> faults) {
        return new UnderstudyException(
                faults.get(0).code(),
                what + ": " + faults.stream().map(Fault::why).collect(Collectors.joining("; ")),
                faults.stream().map(Fault::hint).distinct().collect(Collectors.joining("; ")));
    }

    static Fault of(UnderstudyException failure) {
        return new Fault(failure.code(), failure.getMessage(), failure.hint());
    }
}
