package io.understudy.rehearsal;

/** Writes the files that an operator would write on one server. */
final class ServerFiles {
    private final Layout layout;
    private final Layout peer;
    private final Rehearsal programs;

    ServerFiles(Layout layout, Layout peer, Rehearsal programs) {
        this.layout = layout;
        this.peer = peer;
        this.programs = programs;
    }

    /** The file that both agents read: the two servers differ in names and ports alone. */
    String agentConfig(PostgresServer database, FilestorePlan filestore) {
        return """
                site: example
                state: %s
                marker: %s
                database:
                  url: %s
                  user: site
                  password_file: %s
                  tools: %s
                  connections: 2
                trees:
                  - {name: media, kind: files, path: %s, exclude: ["cache/**", ".incoming-*"]}
                  - {name: config, kind: config, path: %s}
                  - {name: security, kind: secrets, path: %s}
                filestore:
                %s
                signing:
                  private_key: %s
                  trusted_keys: [%s, %s]
                """.formatted(
                                layout.state(),
                                layout.marker(),
                                database.url("site"),
                                layout.passwordFile(),
                                database.tools(),
                                layout.media(),
                                layout.siteConfig(),
                                layout.secrets(),
                                filestore.settings(),
                                layout.privateKey(),
                                layout.publicKey(),
                                layout.peerKey())
                + agents();
    }

    private String agents() {
        return """
                primary:
                  name: %s
                  listen: 127.0.0.1:%d
                  replicas: [%s]
                  http: 127.0.0.1:%d
                replica:
                  name: %s
                  primaries: ["127.0.0.1:%d"]
                  poll: 2s
                  http: 127.0.0.1:%d
                service:
                  stop: [%s, stop, %s]
                  start: [%s, start, %s]
                  restart: [%s, restart, %s]
                  health: {http: "%shealth", within: 40s}
                """.formatted(
                        layout.name(),
                        layout.primaryPort(),
                        peer.name(),
                        layout.primaryHttp(),
                        layout.name(),
                        peer.primaryPort(),
                        layout.replicaHttp(),
                        programs.site(),
                        layout.siteFile(),
                        programs.site(),
                        layout.siteFile(),
                        programs.site(),
                        layout.siteFile(),
                        layout.siteUrl());
    }

    /** The sample site's file of this host. */
    String siteConfig(PostgresServer database) {
        return """
                listen=127.0.0.1:%d
                database.url=%s
                database.user=site
                database.password_file=%s
                media=%s
                config=%s
                secrets=%s
                marker=%s
                """.formatted(
                        layout.sitePort(),
                        database.url("site"),
                        layout.passwordFile(),
                        layout.media(),
                        layout.siteConfig(),
                        layout.secrets(),
                        layout.marker());
    }
}
