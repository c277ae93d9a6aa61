package io.understudy.config;

/**
 * @param host a name or an address, an IPv6 address without its brackets
 * @param port 0 to 65535; 0 picks a free one where it is listened on
 */
public record HostPort(String host, int port) {
    public HostPort {
        if (host.isBlank() || port < 0 || port > 65535) {
            throw new IllegalArgumentException("not host:port: " + host + ":" + port);
        }
    }

    /** @throws IllegalArgumentException when the text is not {@code host:port} or {@code [v6]:port} */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("not host:port: " + text);
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new HostPort(host, Integer.parseInt(text.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
    }
}
