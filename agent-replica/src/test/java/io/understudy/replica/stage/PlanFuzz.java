package io.understudy.replica.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.exchange.Change;
import io.understudy.exchange.Plan;
import io.understudy.exchange.PlanHeader;
import io.understudy.files.Attributes;
import io.understudy.files.FolderDeletion;
import io.understudy.files.LinkTarget;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.repository.tree.IndexEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Plans of changes: damaged, and with a last line that is right for whatever is above it. */
public final class PlanFuzz {
    private static final Attributes ATTRIBUTES = new Attributes(0755, Instant.ofEpochSecond(1_000), "root", "root");
    private static final String SUM = "{\"sha256\":\"";

    private PlanFuzz() {}

    public static List<Named> targets() {
        return List.of(new Named("plan", () -> target(true)), new Named("plan-damaged", () -> target(false)));
    }

    private static FuzzTarget target(boolean sealed) throws IOException {
        Path folder = Files.createTempDirectory("understudy-fuzz");
        Path file = folder.resolve("t.plan");
        write(file);
        byte[] real = Files.readAllBytes(file);
        String text = new String(real, StandardCharsets.UTF_8);
        byte[] open = text.substring(0, text.indexOf(SUM)).getBytes(StandardCharsets.UTF_8);
        return FuzzTarget.of(sealed ? Form.JSON : Form.BYTES, List.of(sealed ? open : real), input -> {
                    Files.write(file, sealed ? sealed(input) : input);
                    read(file);
                    assertThat(sealed || Arrays.equals(input, real)).isTrue();
                })
                .closing(() -> FolderDeletion.delete(folder));
    }

    private static void write(Path file) throws IOException {
        TreeEntry link = new TreeEntry.Link(
                SafePath.of("a/l"), ATTRIBUTES, LinkTarget.of("../x".getBytes(StandardCharsets.UTF_8)));
        TreeEntry folder = new TreeEntry.Folder(SafePath.of("a"), ATTRIBUTES);
        try (Plan.Writer writer =
                Plan.write(file, PlanHeader.of("00000001-00000042.1", "t", TreeKind.FILES, file.getParent(), true))) {
            writer.add(new Change.Put(IndexEntry.of(folder)));
            writer.add(new Change.Put(IndexEntry.of(link)));
            writer.add(new Change.Remove(SafePath.of("b")));
            writer.add(new Change.SetAttributes(folder, Optional.of(ATTRIBUTES.withMode(0700))));
            writer.commit();
        }
    }

    private static void read(Path file) {
        try (Plan plan = Plan.open(file)) {
            plan.header().folder();
            for (int i = 0; i < plan.size(); i++) {
                assertThat(plan.change(i).path()).isNotNull();
            }
        }
    }

    private static byte[] sealed(byte[] input) throws Exception {
        byte[] lines =
                input.length == 0 || input[input.length - 1] == '\n' ? input : Arrays.copyOf(input, input.length + 1);
        if (lines.length > input.length) {
            lines[input.length] = '\n';
        }
        String sum =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(lines));
        byte[] last = (SUM + sum + "\"}\n").getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(lines, lines.length + last.length);
        System.arraycopy(last, 0, all, lines.length, last.length);
        return all;
    }
}
