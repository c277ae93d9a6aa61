package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Reads snapshots as the description of the format says, with none of the code that is put to the test. */
final class Contents {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int LONGEST = 1 << 20;

    /**
     * What a snapshot holds.
     *
     * @param tables the rows of each, as COPY's text
     * @param files by tree and path
     * @param blobs keys of all that it needs
     */
    record Content(Map<String, String> tables, Map<String, String> files, TreeSet<String> blobs) {}

    /** Something that a manifest names is not there, or not what its name says. */
    static final class Unsound extends Exception {
        private static final long serialVersionUID = 1L;

        Unsound(String message) {
            super(message);
        }
    }

    private final Predicate<String> exists;
    private final Map<String, byte[]> seen = new HashMap<>();
    private final Map<String, byte[]> decoded = new HashMap<>();
    private Set<String> tolerated = Set.of();

    /** @param exists whether there is such an object now */
    Contents(Predicate<String> exists) {
        this.exists = exists;
    }

    static JsonNode json(byte[] object) {
        try {
            return JSON.readTree(firstLine(object));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] firstLine(byte[] object) {
        int end = 0;
        while (end < object.length && object[end] != '\n') {
            end++;
        }
        return object[0] == '{' && end > 1 ? Arrays.copyOf(object, end) : object;
    }

    /** @param damaged blobs whose content is taken from memory: what they hold was seen when they were written */
    Content of(byte[] manifest, Set<String> damaged) throws Unsound {
        tolerated = damaged;
        JsonNode json = json(manifest);
        TreeSet<String> blobs = new TreeSet<>();
        Map<String, String> tables = new TreeMap<>();
        for (JsonNode database : json.get("databases")) {
            TreeSet<String> own = new TreeSet<>();
            stream(database.get("archive"), own);
            stream(database.get("sequences"), own);
            for (JsonNode table : lines(stream(database.get("tables"), own))) {
                tables.put(table.get("name").asText(), rows(table, own));
            }
            referred(database, own, blobs);
        }
        Map<String, String> files = new TreeMap<>();
        for (JsonNode tree : json.get("trees")) {
            TreeSet<String> own = new TreeSet<>();
            for (JsonNode line : lines(stream(tree.get("index"), own))) {
                file(tree.get("name").asText(), line, files, own);
            }
            referred(tree, own, blobs);
        }
        return new Content(tables, files, blobs);
    }

    /** The base; then, for each delta, the rows of the keys that are gone go, and those that came come. */
    private String rows(JsonNode table, TreeSet<String> blobs) throws Unsound {
        List<String> columns = texts(table.get("columns"));
        List<Integer> key =
                texts(table.get("key")).stream().map(columns::indexOf).toList();
        List<String> rows = new ArrayList<>(text(stream(table.at("/content/base"), blobs)));
        for (JsonNode delta : table.at("/content/deltas")) {
            Set<String> gone = new HashSet<>(text(stream(delta.get("gone"), blobs)));
            rows.removeIf(row -> gone.contains(
                    key.stream().map(field -> row.split("\t", -1)[field]).collect(Collectors.joining("\t"))));
            rows.addAll(text(stream(delta.get("came"), blobs)));
        }
        if (rows.size() != table.get("rows").asInt()) {
            throw new Unsound("table " + table.get("name") + " has " + rows.size() + " rows, not as many as it says");
        }
        return rows.stream().map(row -> row + "\n").collect(Collectors.joining());
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private static List<String> text(byte[] lines) {
        return new String(lines, StandardCharsets.UTF_8).lines().toList();
    }

    /** The references name exactly what the part needs: retention and transfer go by them. */
    private void referred(JsonNode part, TreeSet<String> needed, TreeSet<String> blobs) throws Unsound {
        TreeSet<String> referred = new TreeSet<>();
        for (JsonNode blob : lines(stream(part.get("references"), blobs))) {
            referred.add(key(blob.get("id").asText()));
        }
        if (!referred.equals(needed)) {
            throw new Unsound("the references of " + part.get("name") + " are not what it needs");
        }
        blobs.addAll(needed);
    }

    private static List<JsonNode> lines(byte[] text) {
        return new String(text, StandardCharsets.UTF_8)
                .lines()
                .map(line -> json(line.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    /** A blob is written: its content is checked against its name, and remembered. */
    void blob(String key, byte[] stored) throws Unsound {
        if (!decoded.containsKey(key) || !Arrays.equals(seen.get(key), stored)) {
            decoded.put(key, plain(key, stored));
            seen.put(key, stored);
        }
    }

    /** Whether it is what the name of a blob says. */
    static boolean isOf(String key, byte[] stored) {
        try {
            plain(key, stored);
            return true;
        } catch (Unsound e) {
            return false;
        }
    }

    private static byte[] plain(String key, byte[] stored) throws Unsound {
        byte[] plain = new byte[0];
        try {
            long size = Zstd.getFrameContentSize(stored);
            plain = size < 0 || size > LONGEST ? plain : Zstd.decompress(stored, (int) size);
        } catch (RuntimeException e) {
            throw new Unsound(key + " is no zstd frame: " + e.getMessage());
        }
        if (!key.equals(key(sha256(plain)))) {
            throw new Unsound(key + " holds something else");
        }
        return plain;
    }

    private void file(String tree, JsonNode line, Map<String, String> files, TreeSet<String> blobs) throws Unsound {
        if (!line.get("type").asText().equals("file")) {
            return;
        }
        byte[] content;
        if (line.has("pack")) {
            byte[] pack = decoded(line.at("/pack/id").asText(), blobs);
            int offset = line.get("offset").asInt();
            content = Arrays.copyOfRange(pack, offset, offset + line.get("size").asInt());
        } else {
            content = stream(line, blobs);
        }
        if (!sha256(content).equals(line.get("sha256").asText())) {
            throw new Unsound("file " + line.get("path") + " is not what the index says");
        }
        files.put(tree + "/" + line.get("path").asText(), new String(content, StandardCharsets.UTF_8));
    }

    private byte[] stream(JsonNode stream, TreeSet<String> blobs) throws Unsound {
        byte[] all = new byte[0];
        for (JsonNode blob : stream.has("list") ? lines(stream(stream.get("list"), blobs)) : stream.get("blobs")) {
            byte[] part = decoded(blob.get("id").asText(), blobs);
            int length = all.length;
            all = Arrays.copyOf(all, length + part.length);
            System.arraycopy(part, 0, all, length, part.length);
        }
        return all;
    }

    private byte[] decoded(String id, TreeSet<String> blobs) throws Unsound {
        String key = key(id);
        blobs.add(key);
        byte[] plain = decoded.get(key);
        if (plain == null || !tolerated.contains(key) && !exists.test(key)) {
            throw new Unsound(key + " is missing");
        }
        return plain;
    }

    private static String key(String id) {
        return "blobs/" + id.substring(0, 2) + "/" + id + ".zst";
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
