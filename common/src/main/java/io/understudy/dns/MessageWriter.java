package io.understudy.dns;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Writes the parts of a message (RFC 1035, 4.1); names are not compressed. */
final class MessageWriter {
    static final int CLASS_IN = 1;
    private static final int LONGEST_LABEL = 63;
    private static final int LONGEST_NAME = 255;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

    MessageWriter u8(int value) {
        out.write(value);
        return this;
    }

    MessageWriter u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    MessageWriter u32(long value) {
        return u16((int) (value >>> 16)).u16((int) value);
    }

    MessageWriter u48(long value) {
        return u16((int) (value >>> 32)).u32(value);
    }

    MessageWriter bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /**
     * In lower case, as TSIG wants it.
     *
     * @param name without a dot at the end; empty: the root
     * @throws IllegalArgumentException when it is no name
     */
    MessageWriter name(String name) {
        int length = 1;
        for (String label : name.isEmpty() ? new String[0] : name.split("\\.", -1)) {
            byte[] bytes = label.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
            length += bytes.length + 1;
            if (bytes.length == 0 || bytes.length > LONGEST_LABEL || length > LONGEST_NAME) {
                throw new IllegalArgumentException("no name of DNS: " + name);
            }
            u8(bytes.length).bytes(bytes);
        }
        return u8(0);
    }

    /** @param operation its number, 0 for a query, 5 for an update @param flags the other bits of the second word */
    MessageWriter header(int id, int operation, int flags, int... counts) {
        u16(id).u16(operation << 11 | flags);
        for (int count : counts) {
            u16(count);
        }
        return this;
    }

    /** @param ttl in seconds */
    MessageWriter record(String name, int type, int ofClass, long ttl, byte[] data) {
        return name(name).u16(type).u16(ofClass).u32(ttl).u16(data.length).bytes(data);
    }

    byte[] toBytes() {
        return out.toByteArray();
    }
}
