package io.understudy.sample;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Starts the sample site: {@code SampleSite <file of this host>}; see {@link SiteConfig} for its keys. With
 * {@code once} behind it, it starts on another port, answers itself and ends, having loaded what a start needs: Java
 * makes an archive of these classes.
 */
public final class SampleSite {
    private static final int THREADS = 8;

    private SampleSite() {}

    /** What answers one path. */
    @FunctionalInterface
    private interface Answer {
        void to(HttpExchange exchange) throws IOException, SQLException;
    }

    public static void main(String[] arguments) throws IOException, SQLException {
        SiteConfig config = SiteConfig.read(Path.of(arguments[0]));
        boolean standby = config.standby();
        MediaFolder media = new MediaFolder(config.media(), config.uploadLimit());
        GuestBook book = new GuestBook(config, new Seal(config.sealKey()), media);
        if (!standby) {
            book.createTables();
        }
        SiteHandlers handlers = new SiteHandlers(config, standby, book, media);
        boolean once = arguments.length > 1 && arguments[1].equals("once");
        HttpServer server = HttpServer.create(once ? anyPort() : config.listen(), 0);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        server.setExecutor(threads);
        serve(server, "/", handlers::page);
        serve(server, "/health", handlers::health);
        serve(server, "/notes", handlers::notes);
        serve(server, "/uploads", handlers::uploads);
        serve(server, "/media/", handlers::media);
        server.start();
        if (once) {
            answer(server, "/health");
            answer(server, "/");
            System.exit(0);
        }
        System.out.println("the site listens on " + config.listen() + (standby ? " as the standby" : ""));
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static void answer(HttpServer server, String path) throws IOException {
        InetSocketAddress address = server.getAddress();
        try (InputStream page = new URL("http", address.getHostString(), address.getPort(), path).openStream()) {
            page.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static void serve(HttpServer server, String path, Answer answer) {
        server.createContext(path, exchange -> {
            try (exchange) {
                answer(exchange, answer);
            }
        });
    }

    private static void answer(HttpExchange exchange, Answer answer) throws IOException {
        try {
            answer.to(exchange);
        } catch (MediaFolder.TooLarge e) {
            SiteHandlers.json(exchange, 413, Map.of("error", e.getMessage()));
        } catch (SQLException e) {
            System.err.println(exchange.getRequestURI() + ": " + e.getMessage());
            SiteHandlers.json(exchange, 503, Map.of("status", "failing", "error", "the database does not answer"));
        }
    }
}
