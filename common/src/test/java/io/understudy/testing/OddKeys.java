package io.understudy.testing;

import java.util.List;

/** Keys of a bucket that are no files' names, and usual ones next to them. */
public final class OddKeys {
    public static final List<String> ALL = List.of(
            "a",
            "a/b",
            "a/",
            "a!",
            "a-b",
            "a//b",
            "/leading",
            "..",
            "../up",
            "x/../y",
            "x/./y",
            ".understudy/stage",
            "tab\tand\u0001control",
            "new\nline",
            "per%cent%2Fencoded",
            "% alone/%",
            " space first/ and second",
            "!mark/!",
            "plus+and space",
            "\u00e4\u00f6\u00fc/\u65e5\u672c/\ud83d\ude00",
            "long/" + "n".repeat(700) + "/end",
            "dots/" + ".".repeat(300),
            "umlauts/" + "\u00e4".repeat(300),
            "!inventory.jsonl",
            "z\\back");

    private OddKeys() {}
}
