package io.understudy.filestore.sftp;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.net.URI;
import java.nio.file.Path;

/**
 * Which folder of which server: {@code sftp://user@host:port/folder}.
 *
 * @param root absolute, without a slash at its end
 */
record Location(String user, String host, int port, String root) {
    private static final int PORT = 22;

    /** @throws UnderstudyException {@code CONFIG_INVALID} */
    static Location parse(URI url) {
        String user = url.getUserInfo();
        boolean plain = url.getRawQuery() == null && url.getRawFragment() == null;
        if (!"sftp".equals(url.getScheme()) || url.getHost() == null || url.getPath() == null || !plain) {
            throw invalid("filestore.url is not sftp://user@host:port/folder");
        }
        if (user == null || user.isEmpty() || user.contains(":")) {
            throw invalid("filestore.url must name a user, and no password");
        }
        String root = Path.of("/" + url.getPath()).normalize().toString();
        if (root.equals("/") || root.chars().anyMatch(Character::isISOControl)) {
            throw invalid("filestore.url does not name a folder of the server");
        }
        String host = url.getHost().replaceAll("^\\[|]$", "");
        return new Location(user, host, url.getPort() < 0 ? PORT : url.getPort(), root);
    }

    private static UnderstudyException invalid(String why) {
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot open the filestore: " + why,
                "write filestore.url as sftp://backup@host/srv/understudy, and how to log in under filestore.ssh;"
                        + " other stores are file:///folder and s3://bucket/prefix");
    }

    /** The file of an object. */
    String file(String key) {
        return root + "/" + key;
    }

    /** The name in {@code known_hosts}. */
    String knownName() {
        return port == PORT ? host : "[" + host + "]:" + port;
    }

    @Override
    public String toString() {
        String shown = host.contains(":") ? "[" + host + "]" : host;
        return "sftp://" + user + "@" + shown + (port == PORT ? "" : ":" + port) + root;
    }
}
