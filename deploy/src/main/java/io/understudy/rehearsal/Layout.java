package io.understudy.rehearsal;

import java.net.URI;
import java.nio.file.Path;

/**
 * Where one server of the pair has its things, and on which ports of 127.0.0.1 it listens.
 *
 * @param name of the server: {@code primary} or {@code standby}
 * @param primaryPort gRPC of its primary agent
 * @param primaryHttp metrics of its primary agent
 * @param replicaHttp metrics of its replica agent
 */
public record Layout(String name, Path home, int sitePort, int primaryPort, int primaryHttp, int replicaHttp) {

    static Layout in(Path home, String name) {
        return new Layout(name, home.resolve(name), Ports.free(), Ports.free(), Ports.free(), Ports.free());
    }

    /** The configuration of both agents. */
    public Path config() {
        return home.resolve("etc/understudy.yaml");
    }

    /** The sample site's file of this host. */
    public Path siteFile() {
        return home.resolve("etc/site.properties");
    }

    public Path passwordFile() {
        return home.resolve("etc/db.password");
    }

    public Path privateKey() {
        return home.resolve("etc/signing.pem");
    }

    public Path publicKey() {
        return home.resolve("etc/signing.pub.pem");
    }

    /** The other server's public key. */
    public Path peerKey() {
        return home.resolve("etc/peer.pub.pem");
    }

    public Path state() {
        return home.resolve("state");
    }

    public Path media() {
        return home.resolve("site/media");
    }

    /** The site's configuration tree. */
    public Path siteConfig() {
        return home.resolve("site/priv/config.d");
    }

    public Path secrets() {
        return home.resolve("site/security");
    }

    public Path marker() {
        return home.resolve("site/priv/BACKUP");
    }

    public Path log(String program) {
        return home.resolve("log/" + program + ".log");
    }

    public URI siteUrl() {
        return URI.create("http://127.0.0.1:" + sitePort + "/");
    }
}
