package io.understudy.primary.app;

import io.understudy.age.AgeIdentity;
import io.understudy.age.Recipient;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What is stored elsewhere, on paper or in a safe: how the repository is opened when both servers are lost, and, where
 * {@code init} made it, the recovery key itself.
 *
 * @param others recipients that the configuration names
 * @param recovery the recovery key; empty where one of the others is
 */
public record RecoverySheet(
        String site, UUID repository, String filestore, List<Recipient> others, Optional<AgeIdentity> recovery) {
    public RecoverySheet {
        others = List.copyOf(others);
    }

    /** Says nothing of the secret. */
    @Override
    public String toString() {
        return "recovery sheet of repository " + repository;
    }

    /** For a terminal. */
    public String text() {
        return String.join("\n", lines()) + "\n"
                + recovery.map(RecoverySheet::keyText).orElse("");
    }

    private static String keyText(AgeIdentity key) {
        return "\nRECOVERY KEY (shown once; no server keeps it)\n  " + key.reveal() + "\n  its public half: "
                + key.recipient()
                + "\n  Store it where neither server nor filestore is, and add the public half to"
                + " encryption.recipients.\n";
    }

    private List<String> lines() {
        return List.of(
                "Recovery of site " + site,
                "repository:  " + repository,
                "filestore:   " + filestore,
                "opened by:   "
                        + String.join(", ", others.stream().map(Recipient::text).toList())
                        + recovery.map(key -> ", " + key.recipient()).orElse(""),
                "",
                "With the key in a file recovery.txt, and the tools age, zstd and jq:",
                "  for key in keys/*.age; do age -d -i recovery.txt $key | head -1; done | jq -r .identity > repository.key",
                "  age -d -i repository.key blobs/ab/abcd.zst.age | zstd -d");
    }

    /** A page to be printed, with the key as text and as a QR code. Needs nothing from elsewhere. */
    public String html() {
        return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Recovery of site "
                + escaped(site)
                + "</title>\n<style>body{font-family:sans-serif;margin:2cm;max-width:17cm}"
                + "pre{white-space:pre-wrap;word-break:break-all}svg{width:6cm}</style></head>\n<body>\n<h1>Recovery of site "
                + escaped(site) + "</h1>\n<pre>" + escaped(String.join("\n", lines())) + "</pre>\n"
                + recovery.map(RecoverySheet::keyHtml).orElse("") + "</body></html>\n";
    }

    private static String keyHtml(AgeIdentity key) {
        return "<h2>Recovery key</h2>\n<pre>" + escaped(key.reveal()) + "</pre>\n" + QrCode.svg(key.reveal())
                + "\n<p>Public half: <code>" + escaped(key.recipient().text())
                + "</code></p>\n<p>No server keeps this key. Store the sheet where neither server nor filestore is."
                + "</p>\n";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
