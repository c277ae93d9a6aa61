package io.understudy.notify;

import io.understudy.events.Event;
import io.understudy.failure.UnderstudyException;
import java.util.Optional;

/**
 * What happened.
 *
 * @param event its stable code: {@code snapshot_failed}
 * @param message a sentence without a full stop; never holds a secret
 * @param code of the failure: {@code filestore_unreachable}; empty where nothing failed
 * @param hint what an operator can do
 * @param snapshot that it is about
 */
public record Fact(
        String event, String message, Optional<String> code, Optional<String> hint, Optional<String> snapshot) {
    /** A message of a failure may quote a whole program's output. */
    private static final int MOST = 2000;

    public Fact {
        message = shortened(message);
        hint = hint.map(Fact::shortened).filter(text -> !text.isEmpty());
    }

    public static Fact of(Event event) {
        return of(event, Optional.empty());
    }

    public static Fact of(Event event, Optional<?> snapshot) {
        return new Fact(
                event.code(),
                event.message(),
                event.cause()
                        .filter(UnderstudyException.class::isInstance)
                        .map(why -> ((UnderstudyException) why).code().label()),
                Optional.of(event.hint()),
                snapshot.map(Object::toString));
    }

    private static String shortened(String text) {
        return text.length() <= MOST ? text : text.substring(0, MOST) + "…";
    }
}
