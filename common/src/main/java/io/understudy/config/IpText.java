package io.understudy.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** Addresses as text, without asking any resolver. */
public final class IpText {
    private static final Pattern V4 =
            Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)\\.){3}(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:]*(" + V4.pattern() + ")?");

    private IpText() {}

    public static boolean isV4(String text) {
        return V4.matcher(text).matches();
    }

    public static boolean isAddress(String text) {
        if (isV4(text)) {
            return true;
        }
        try {
            // With a colon in it, it is never looked up.
            return V6.matcher(text).matches() && InetAddress.getByName(text) != null;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /**
     * One text for each address: {@code 2001:db8:0:0:0:0:0:1}.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static String canonical(String text) {
        return address(text).getHostAddress();
    }

    /** @throws IllegalArgumentException when it is none */
    public static InetAddress address(String text) {
        if (!isAddress(text)) {
            throw new IllegalArgumentException("no address: " + text);
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("no address: " + text, e);
        }
    }
}
