package io.understudy.dns;

import java.net.InetAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A message as it was received (RFC 1035, 4.1). What is not of a known type is passed over.
 *
 * @param id of the question
 * @param response whether it is an answer
 * @param authoritative whether the server answered from a zone of its own
 * @param truncated whether the answer did not fit
 * @param code 0: no error
 * @param question the name that was asked for; empty where the message repeats none
 * @param answers of the answer section
 * @param signature of TSIG, where the message has one
 */
record DnsMessage(
        int id,
        boolean response,
        boolean authoritative,
        boolean truncated,
        int code,
        Optional<Question> question,
        List<Entry> answers,
        Optional<Signature> signature) {
    static final int HEADER = 12;
    static final int NAME_ERROR = 3;
    private static final int MOST_JUMPS = 64;
    private static final String[] CODES = {
        "NOERROR",
        "FORMERR",
        "SERVFAIL",
        "NXDOMAIN",
        "NOTIMP",
        "REFUSED",
        "YXDOMAIN",
        "YXRRSET",
        "NXRRSET",
        "NOTAUTH",
        "NOTZONE"
    };

    record Question(String name, int type) {}

    /** @param ttl in seconds @param value an address, or the name that a CNAME leads to */
    record Entry(String name, RecordType type, long ttl, String value) {}

    /**
     * @param at where its record begins in the message
     * @param signed what the server signed of the record, without the MAC
     */
    record Signature(int at, String key, String algorithm, long time, int fudge, byte[] mac, int error, byte[] other) {}

    DnsMessage {
        answers = List.copyOf(answers);
    }

    /** The name of the code: {@code NXDOMAIN}. */
    String codeName() {
        return code < CODES.length ? CODES[code] : "error " + code;
    }

    /** @throws DnsException when it is no message */
    static DnsMessage parse(byte[] bytes) throws DnsException {
        try {
            return new Reader(ByteBuffer.wrap(bytes)).message();
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new DnsException("the answer is no message of DNS");
        }
    }

    private static final class Reader {
        private final ByteBuffer in;
        private final List<Entry> answers = new ArrayList<>();
        private Optional<Signature> signature = Optional.empty();

        Reader(ByteBuffer in) {
            this.in = in;
        }

        DnsMessage message() throws DnsException {
            int id = u16();
            int flags = u16();
            int questions = u16();
            int[] records = {u16(), u16(), u16()};
            Optional<Question> question = Optional.empty();
            for (int i = 0; i < questions; i++) {
                question = Optional.of(new Question(name(), u16()));
                u16();
            }
            for (int section = 0; section < records.length; section++) {
                for (int i = 0; i < records[section]; i++) {
                    record(section == 0);
                }
            }
            return new DnsMessage(
                    id,
                    (flags & 0x8000) != 0,
                    (flags & 0x0400) != 0,
                    (flags & 0x0200) != 0,
                    flags & 0xf,
                    question,
                    answers,
                    signature);
        }

        private void record(boolean answer) throws DnsException {
            int at = in.position();
            String name = name();
            int number = u16();
            int ofClass = u16();
            long ttl = u16() * 65536L + u16();
            int length = u16();
            if (length > in.remaining()) {
                throw new DnsException("the answer is cut off");
            }
            int end = in.position() + length;
            Optional<RecordType> type = RecordType.of(number);
            if (type.equals(Optional.of(RecordType.TSIG))) {
                signature = Optional.of(signature(at, name));
            } else if (answer && ofClass == MessageWriter.CLASS_IN && type.isPresent()) {
                value(type.get(), length).ifPresent(value -> answers.add(new Entry(name, type.get(), ttl, value)));
            }
            in.position(end);
        }

        private Optional<String> value(RecordType type, int length) throws DnsException {
            return switch (type) {
                case A -> Optional.of(address(length, 4));
                case AAAA -> Optional.of(address(length, 16));
                case CNAME -> Optional.of(name());
                case SOA, TSIG -> Optional.empty();
            };
        }

        private String address(int length, int right) throws DnsException {
            if (length != right) {
                throw new DnsException("an address of the answer has " + length + " bytes");
            }
            try {
                return InetAddress.getByAddress(bytes(length)).getHostAddress();
            } catch (java.net.UnknownHostException e) {
                throw new DnsException("an address of the answer has " + length + " bytes");
            }
        }

        private Signature signature(int at, String key) throws DnsException {
            String algorithm = name();
            long time = (long) u16() << 32 | u16() * 65536L + u16();
            int fudge = u16();
            byte[] mac = bytes(u16());
            u16();
            int error = u16();
            byte[] other = bytes(u16());
            return new Signature(at, key, algorithm, time, fudge, mac, error, other);
        }

        /** In lower case, without a dot at the end. */
        private String name() throws DnsException {
            StringBuilder name = new StringBuilder();
            int after = -1;
            for (int jumps = 0; ; ) {
                int length = in.get() & 0xff;
                if (length == 0) {
                    break;
                }
                if ((length & 0xc0) == 0xc0) {
                    int target = (length & 0x3f) << 8 | in.get() & 0xff;
                    after = after < 0 ? in.position() : after;
                    if (++jumps > MOST_JUMPS) {
                        throw new DnsException("a name of the answer has no end");
                    }
                    in.position(target);
                } else if ((length & 0xc0) != 0 || name.length() > 255) {
                    throw new DnsException("a name of the answer cannot be read");
                } else {
                    name.append(name.length() == 0 ? "" : ".")
                            .append(new String(bytes(length), StandardCharsets.ISO_8859_1));
                }
            }
            if (after >= 0) {
                in.position(after);
            }
            // What a server sends ends in messages: no more than the letters of names.
            return name.toString().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9._*-]", "?");
        }

        private byte[] bytes(int length) {
            byte[] bytes = new byte[length];
            in.get(bytes);
            return bytes;
        }

        private int u16() {
            return in.getShort() & 0xffff;
        }
    }
}
