package io.understudy.rehearsal;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The filestore that both servers share.
 *
 * @param settings lines of the section {@code filestore}
 * @param environment what the agents find the keys in
 * @param endpoint the process that serves it, where it needs one
 */
public record FilestorePlan(String settings, Map<String, String> environment, Optional<Running> endpoint) {
    private static final String BUCKET = "backups";

    /** A folder. */
    public static FilestorePlan directory(Path folder) {
        return new FilestorePlan("  url: file://" + Folders.create(folder), Map.of(), Optional.empty());
    }

    /** A real S3 endpoint in a process of its own, with its objects in a folder. */
    public static FilestorePlan s3(Rehearsal programs, Path folder) {
        int port = Ports.free();
        Map<String, String> keys =
                Map.of(S3Endpoint.ACCESS_KEY, Keys.random(10), S3Endpoint.SECRET_KEY, Keys.random(20));
        Folders.create(folder);
        Running endpoint = Program.of(
                        "java",
                        "-Xmx160m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        programs.classPath(),
                        S3Endpoint.class.getName(),
                        port,
                        folder,
                        BUCKET)
                .with(keys)
                .start(folder.resolveSibling("s3.log"));
        String settings = String.join(
                "\n",
                "  url: s3://" + BUCKET + "/example",
                "  endpoint: http://127.0.0.1:" + port,
                "  access_key: ${" + S3Endpoint.ACCESS_KEY + "}",
                "  secret_key: ${" + S3Endpoint.SECRET_KEY + "}");
        FilestorePlan plan = new FilestorePlan(settings, keys, Optional.of(endpoint));
        try {
            Ports.awaitListening(port);
        } catch (RuntimeException | AssertionError e) {
            Thread.interrupted();
            plan.stop();
            throw e;
        }
        return plan;
    }

    public String kind() {
        return endpoint.isPresent() ? "s3" : "directory";
    }

    void stop() {
        endpoint.ifPresent(Running::stop);
    }
}
