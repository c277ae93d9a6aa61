package io.understudy.replica.hold;

import java.util.Locale;

/**
 * One respect in which a snapshot is beyond the limits.
 *
 * @param sign which limit: {@code rows_drop}, {@code files_drop}, {@code bytes_drop}, {@code changed},
 *     {@code encrypted}, {@code query}, {@code closure}
 * @param subject of what: {@code table public.users}, {@code tree media}, {@code all tables}, or the query
 * @param before how many there are in what is applied; 0 of a query
 * @param now how many there are in the snapshot, or how many changed; 0 of a query
 * @param percent by how much they differ, rounded up; 100 of a query
 * @param text for people
 */
public record HoldFinding(String sign, String subject, long before, long now, int percent, String text) {
    /** Fewer than there may be. */
    static HoldFinding drop(String sign, String subject, String unit, long before, long now, int limit) {
        int percent = percent(before - now, before);
        return new HoldFinding(
                sign,
                subject,
                before,
                now,
                percent,
                String.format(
                        Locale.ROOT,
                        "%s: %,d → %,d %s, %d %% less; limit %d %%",
                        subject,
                        before,
                        now,
                        unit,
                        percent,
                        limit));
    }

    /** More changed than may. */
    static HoldFinding changed(String subject, long before, long changed, int limit) {
        int percent = percent(changed, before);
        return new HoldFinding(
                "changed",
                subject,
                before,
                changed,
                percent,
                String.format(
                        Locale.ROOT,
                        "%s: %,d of %,d files and folders changed or gone, %d %%; limit %d %%",
                        subject,
                        changed,
                        before,
                        percent,
                        limit));
    }

    /** What is true or false, and has no number. */
    static HoldFinding plain(String sign, String subject, String text) {
        return new HoldFinding(sign, subject, 0, 0, 100, text);
    }

    /** Rounded up, so that what is beyond a limit never reads as the limit itself. */
    static int percent(long part, long whole) {
        return whole == 0 ? 0 : (int) Math.min(100, Math.ceil(Math.max(0.0, part) * 100 / whole));
    }
}
