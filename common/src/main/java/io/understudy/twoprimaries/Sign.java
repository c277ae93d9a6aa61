package io.understudy.twoprimaries;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;

/**
 * Something that shows that another server is in production too.
 *
 * @param source where it was seen
 * @param text what was seen: {@code epoch 3 was claimed by b.example.net}
 * @param since when it was first seen, by this process
 */
public record Sign(Source source, String text, Instant since) {
    /** Where it can be seen. */
    public enum Source {
        /** A signed claim of a higher epoch, or a snapshot of this epoch that this server did not take. */
        STORE,
        /** What the agents of the other server say. */
        GRPC,
        DNS,
        /** The site of the other server says that it is in production. */
        HEALTH;

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
