package io.understudy.sample;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Starts the sample site: {@code SampleSite <file of this host>}; see {@link SiteConfig} for its keys. */
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
        HttpServer server = HttpServer.create(config.listen(), 0);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        server.setExecutor(threads);
        serve(server, "/", handlers::page);
        serve(server, "/health", handlers::health);
        serve(server, "/notes", handlers::notes);
        serve(server, "/uploads", handlers::uploads);
        serve(server, "/media/", handlers::media);
        server.start();
        System.out.println("the site listens on " + config.listen() + (standby ? " as the standby" : ""));
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
