package io.understudy.sample;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of the site. Each call has a connection of its own, so that a swapped database is simply the next one met.
 * Thread-safe.
 */
final class GuestBook {
    private static final String[] SCHEMA = {
        "CREATE TABLE IF NOT EXISTS notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, author text NOT NULL, text text NOT NULL,"
                + " seal text NOT NULL, created timestamptz NOT NULL DEFAULT now())",
        "CREATE TABLE IF NOT EXISTS uploads (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, bytes bigint NOT NULL,"
                + " sha256 text NOT NULL, file text NOT NULL UNIQUE, created timestamptz NOT NULL DEFAULT now())"
    };

    private final SiteConfig config;
    private final Seal seal;
    private final MediaFolder media;

    GuestBook(SiteConfig config, Seal seal, MediaFolder media) {
        this.config = config;
        this.seal = seal;
        this.media = media;
    }

    void createTables() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String table : SCHEMA) {
                statement.execute(table);
            }
        }
    }

    long addNote(String author, String text) throws SQLException {
        return insert(
                "INSERT INTO notes (author, text, seal) VALUES (?, ?, ?) RETURNING id", author, text, seal.of(text));
    }

    /** Adds the row of a file that is already in the media folder: a row never names a file that is not there yet. */
    long addUpload(String name, MediaFolder.Stored stored) throws SQLException {
        return insert(
                "INSERT INTO uploads (name, bytes, sha256, file) VALUES (?, ?, ?, ?) RETURNING id",
                name,
                stored.bytes(),
                stored.sha256(),
                stored.file());
    }

    /** All that the site shows, by one connection. */
    record Content(List<Note> notes, List<Upload> uploads) {}

    Content content() throws SQLException {
        try (Connection connection = connect()) {
            return new Content(notes(connection), uploads(connection));
        }
    }

    List<Note> notes() throws SQLException {
        return content().notes();
    }

    List<Upload> uploads() throws SQLException {
        return content().uploads();
    }

    private List<Note> notes(Connection connection) throws SQLException {
        List<Note> notes = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT id, author, text, seal, created FROM notes ORDER BY id DESC")) {
            while (rows.next()) {
                String text = rows.getString(3);
                notes.add(new Note(
                        rows.getLong(1),
                        rows.getString(2),
                        text,
                        seal.holds(text, rows.getString(4)),
                        rows.getObject(5, OffsetDateTime.class).toInstant().toString()));
            }
        }
        return notes;
    }

    private List<Upload> uploads(Connection connection) throws SQLException {
        List<Upload> uploads = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT id, name, bytes, sha256, file FROM uploads ORDER BY id DESC")) {
            while (rows.next()) {
                long bytes = rows.getLong(3);
                uploads.add(new Upload(
                        rows.getLong(1),
                        rows.getString(2),
                        bytes,
                        rows.getString(4),
                        media.holds(rows.getString(5), bytes)));
            }
        }
        return uploads;
    }

    /** The name in the media folder of one upload, or null when there is no such row. */
    String fileOf(long upload) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement("SELECT file FROM uploads WHERE id = ?")) {
            statement.setLong(1, upload);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }

    private long insert(String sql, Object... values) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(config.databaseUrl(), config.databaseUser(), config.databasePassword());
    }
}
