package io.understudy.dns;

import java.io.IOException;

/** A message of DNS that can't be read, or an answer that is a refusal: what a server said, as a sentence's end. */
final class DnsException extends IOException {
    DnsException(String message) {
        super(message);
    }
}
