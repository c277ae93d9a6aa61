package io.understudy.primary.events;

import java.util.Locale;

/** Where a snapshot stands; the {@code stage} label of its failures. */
public enum Stage {
    /** Lock, role, epoch, key, base. */
    PREPARE,
    DATABASE,
    /** All trees. */
    FILES,
    /** Signing and writing the manifest. */
    COMMIT;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
