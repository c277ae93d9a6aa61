package io.understudy.exchange;

import io.understudy.files.SafePath;

/** Which paths of a tree a plan is about. */
public interface Scope {
    /** Whether the snapshot decides what is at this path. Paths are asked for in order, once or several times. */
    boolean covers(SafePath path);

    /** Whether what lies at a covered path that the snapshot lacks is removed. */
    boolean removesSurplus();

    /** The tree becomes what the snapshot says. */
    static Scope whole() {
        return new Scope() {
            @Override
            public boolean covers(SafePath path) {
                return true;
            }

            @Override
            public boolean removesSurplus() {
                return true;
            }
        };
    }
}
