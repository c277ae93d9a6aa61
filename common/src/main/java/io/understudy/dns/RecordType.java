package io.understudy.dns;

import java.util.Arrays;
import java.util.Optional;

/** The types of records that are asked for or written, by their numbers of RFC 1035, 2136, 3596 and 8945. */
enum RecordType {
    A(1),
    CNAME(5),
    SOA(6),
    AAAA(28),
    TSIG(250);

    private final int number;

    RecordType(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static Optional<RecordType> of(int number) {
        return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }
}
