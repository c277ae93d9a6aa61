package io.understudy.replica.drill;

import io.understudy.cli.Json;
import io.understudy.config.NearestName;
import io.understudy.config.Settings.SigningSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reports of the last drills in the state folder: {@code ID.json} is a {@link SignedLine} where this server has a
 * key, and one line without a signature otherwise; {@code ID.html} shows the same to people. Durable.
 */
public final class DrillReports {
    private static final Logger LOG = LoggerFactory.getLogger(DrillReports.class);
    private static final Pattern NAME = Pattern.compile("\\d{8}T\\d{6}Z(-\\d+)?");
    private static final String JSON = ".json";
    private static final String HTML = ".html";
    private static final String NOT_SIGNED = "none: this server has no key";

    private final Path folder;
    private final Optional<Path> key;
    private final int keep;

    /** @param keep how many, the newest ones */
    public DrillReports(Path state, SigningSettings signing, int keep) {
        this.folder = StateEntry.DRILL_REPORTS.in(state);
        this.key = signing.privateKey();
        this.keep = keep;
    }

    /**
     * @param signature who signed it, for people
     * @param file of the signed line
     */
    public record Found(DrillReport report, String signature, String file) {}

    boolean holds(String id) {
        return Files.exists(folder.resolve(id + JSON));
    }

    /** @return where the JSON is */
    Path save(DrillReport report) {
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        byte[] line = Json.line(report).getBytes(StandardCharsets.UTF_8);
        Optional<SigningKey> signs = key();
        byte[] bytes = signs.map(each -> SignedLine.sign(line, each))
                .orElseGet(() -> (new String(line, StandardCharsets.UTF_8) + "\n").getBytes(StandardCharsets.UTF_8));
        String signature = signs.map(each -> "key " + each.publicKey().id()).orElse(NOT_SIGNED);
        AtomicFiles.write(
                folder.resolve(report.id() + HTML),
                DrillPage.of(report, signature).getBytes(StandardCharsets.UTF_8),
                AtomicFiles.PRIVATE);
        Path file = folder.resolve(report.id() + JSON);
        AtomicFiles.write(file, bytes, AtomicFiles.PRIVATE);
        trim();
        return file;
    }

    private Optional<SigningKey> key() {
        try {
            return key.map(SigningKey::load);
        } catch (UnderstudyException e) {
            LOG.warn("the report of a drill is not signed: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private void trim() {
        for (String id : ids().stream().skip(keep).toList()) {
            AtomicFiles.delete(folder.resolve(id + JSON));
            AtomicFiles.delete(folder.resolve(id + HTML));
        }
    }

    /** Newest first. */
    private List<String> ids() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(each -> each.getFileName().toString())
                    .filter(name -> name.endsWith(JSON))
                    .map(name -> name.substring(0, name.length() - JSON.length()))
                    .filter(name -> NAME.matcher(name).matches())
                    .sorted(Comparator.reverseOrder())
                    .toList();
        } catch (IOException e) {
            throw FileFailure.of("read", folder, e);
        }
    }

    /** Newest first; what can't be read is left out, with a warning. */
    public List<DrillReport> list() {
        return ids().stream().flatMap(id -> readable(id).stream()).toList();
    }

    /** Empty where it can't be read, with a warning. */
    Optional<DrillReport> readable(String id) {
        try {
            return Optional.of(find(id).report());
        } catch (UnderstudyException e) {
            LOG.warn("{}", e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * @param id or {@code latest}
     * @throws UnderstudyException {@code USAGE} where there is none; {@code MANIFEST_DAMAGED},
     *     {@code MANIFEST_UNSIGNED}, {@code SIGNATURE_INVALID}, {@code SIGNER_UNKNOWN} where it was changed since, or
     *     signed by another
     */
    public Found find(String id) {
        List<String> ids = ids();
        String wanted = id.equals("latest") && !ids.isEmpty() ? ids.get(0) : id;
        if (!ids.contains(wanted)) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot show drill \"" + id + "\": there is no report of it",
                    ids.isEmpty()
                            ? "agent-replica drill makes one"
                            : NearestName.of(
                                                    id,
                                                    Stream.concat(Stream.of("latest"), ids.stream())
                                                            .toList())
                                            .map(near -> "did you mean " + near + "? ")
                                            .orElse("")
                                    + "agent-replica drill --list shows all");
        }
        Path file = folder.resolve(wanted + JSON);
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
        String what = "report of drill " + wanted;
        Optional<SigningKey> own = key();
        if (own.isEmpty()) {
            String text = new String(bytes, StandardCharsets.UTF_8);
            int end = text.indexOf('\n');
            String signature =
                    end >= 0 && end + 1 < text.length() ? "not verified: this server has no key" : NOT_SIGNED;
            return new Found(read(what, end < 0 ? text : text.substring(0, end)), signature, file.toString());
        }
        SignedLine line =
                SignedLine.parse(what, bytes).verified(TrustedKeys.of(own.get().publicKey()));
        return new Found(
                read(what, new String(bytes, 0, line.length(), StandardCharsets.UTF_8)),
                "good, key " + own.get().publicKey().id(),
                file.toString());
    }

    private static DrillReport read(String what, String line) {
        try {
            return Json.read(line, DrillReport.class);
        } catch (IllegalArgumentException e) {
            throw SignedLine.damaged(what, e.getMessage(), e);
        }
    }
}
