package io.understudy.age;

import java.io.IOException;

/** Content cannot be opened: it is no age file, it was altered, or it is not encrypted to this identity. */
public final class AgeException extends IOException {
    private static final long serialVersionUID = 1;

    AgeException(String why, Throwable cause) {
        super(why, cause);
    }
}
