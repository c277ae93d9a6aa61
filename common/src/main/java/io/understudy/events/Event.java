package io.understudy.events;

import io.understudy.failure.UnderstudyException;
import java.util.Locale;
import java.util.Optional;

/**
 * Something that happened in an agent. Each kind is a record, with its text as an {@link EventText} and its values as
 * components: all that the log, metrics, status, a notification or an audit need of it.
 *
 * <p>The kinds stand in three catalogues, each a sealed interface: {@link CommonEvent} and one of each agent. This one
 * is not sealed itself, because a sealed type lists its kinds in its own module, and this module knows no agent; a test
 * of the house holds that no kind stands outside the catalogues. {@code deploy/docs/messages.md} lists them all.
 */
public interface Event {
    /** Stable, to search for in the log: the record's name, {@code SnapshotCommitted} as {@code snapshot_committed}. */
    default String code() {
        return codeOf(getClass());
    }

    default Severity severity() {
        return getClass().getAnnotation(EventText.class).severity();
    }

    /** What happened, with its values. Never holds a secret. */
    default String message() {
        return Template.render(getClass().getAnnotation(EventText.class).value(), this);
    }

    /** What an operator can do; empty when there is nothing to do. */
    default String hint() {
        String own = getClass().getAnnotation(EventText.class).hint();
        if (!own.isEmpty()) {
            return Template.render(own, this);
        }
        return cause().map(why -> why instanceof UnderstudyException known ? known.hint() : "")
                .orElse("");
    }

    /** The failure that the event carries. */
    default Optional<Throwable> cause() {
        return Template.failure(this);
    }

    /** The code of a kind. */
    static String codeOf(Class<?> kind) {
        return kind.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }
}
