package io.understudy.age;

import java.io.IOException;

/** Content cannot be opened: it is no age file, it was altered, or it is not encrypted to this identity. */
public final class AgeException extends IOException {
    private static final long serialVersionUID = 1;

    private final int recipients;

    AgeException(String why, int recipients, Throwable cause) {
        super(why, cause);
        this.recipients = recipients;
    }

    /** For how many it is encrypted, by a header that is sound as far as that can be seen without a key; else 0. */
    public int recipients() {
        return recipients;
    }
}
