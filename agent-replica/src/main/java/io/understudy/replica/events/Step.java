package io.understudy.replica.events;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The steps of a round, in their order. */
public enum Step {
    DISCOVER,
    FETCH,
    VERIFY,
    LOAD,
    STAGE,
    /** From here on a round is finished, not abandoned. */
    APPLY,
    RESTART,
    PROVE;

    /** As reports, metrics and JSON show it. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
