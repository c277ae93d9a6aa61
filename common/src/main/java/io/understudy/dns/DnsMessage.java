package io.understudy.dns;

import java.io.IOException;
import java.util.Locale;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.TextParseException;

/** What all messages need. */
final class DnsMessage {
    private DnsMessage() {}

    /** @throws DnsException when it is no message */
    static Message parse(byte[] bytes) throws DnsException {
        try {
            return new Message(bytes);
        } catch (IOException | RuntimeException e) {
            throw new DnsException("the answer is no message of DNS");
        }
    }

    /** The name of the answer's code: {@code NXDOMAIN}. */
    static String code(Message answer) {
        return Rcode.string(answer.getRcode());
    }

    /**
     * @param text with or without a dot at its end
     * @throws IllegalArgumentException when it is no name; the configuration's are
     */
    static Name name(String text) {
        try {
            return Name.fromString(text.toLowerCase(Locale.ROOT), Name.root);
        } catch (TextParseException e) {
            throw new IllegalArgumentException("no name of DNS: " + text, e);
        }
    }
}
