package io.understudy.repository;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code <epoch>-<sequence>}, each of eight digits, so that sorted by name is sorted by age.
 *
 * @param epoch 1 to 99,999,999
 * @param sequence 1 to 99,999,999; goes on counting across epochs
 */
public record SnapshotId(int epoch, int sequence) implements Comparable<SnapshotId> {
    private static final Pattern FORM = Pattern.compile("(\\d{8})-(\\d{8})");
    private static final Comparator<SnapshotId> ORDER =
            Comparator.comparingInt(SnapshotId::epoch).thenComparingInt(SnapshotId::sequence);
    public static final int HIGHEST = 99_999_999;

    public SnapshotId {
        if (epoch < 1 || epoch > HIGHEST || sequence < 1 || sequence > HIGHEST) {
            throw new IllegalArgumentException("not a snapshot: " + epoch + "-" + sequence);
        }
    }

    /** The one behind it in its epoch; empty behind the last. */
    public Optional<SnapshotId> next() {
        return sequence < HIGHEST ? Optional.of(new SnapshotId(epoch, sequence + 1)) : Optional.empty();
    }

    /** @throws IllegalArgumentException when the text is not two numbers of eight digits */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static SnapshotId parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a snapshot: " + text);
        }
        return new SnapshotId(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /** Where the manifest lies in a repository. */
    public String key() {
        return "manifests/" + this + ".json";
    }

    @Override
    public int compareTo(SnapshotId other) {
        return ORDER.compare(this, other);
    }

    @Override
    @JsonValue
    public String toString() {
        return String.format(java.util.Locale.ROOT, "%08d-%08d", epoch, sequence);
    }
}
