package io.understudy.sample;

import java.util.List;

/** The one HTML page of the site. */
final class Page {
    private Page() {}

    static String render(String title, boolean standby, List<Note> notes, List<Upload> uploads) {
        StringBuilder html = new StringBuilder(1024);
        html.append("<!doctype html><meta charset=utf-8><title>")
                .append(escape(title))
                .append("</title>");
        html.append(
                "<style>body{font:16px/1.5 sans-serif;max-width:42em;margin:2em auto}.standby{background:#fe9;padding:.6em}</style>");
        html.append("<h1>").append(escape(title)).append("</h1>");
        html.append(standby ? STANDBY : FORM);
        html.append("<h2>Notes</h2><ul>");
        for (Note note : notes) {
            html.append("<li>")
                    .append(escape(note.text()))
                    .append(" <i>")
                    .append(escape(note.author()))
                    .append("</i>");
            html.append(note.sealed() ? " &#10003;" : " (seal broken)").append("</li>");
        }
        html.append("</ul><h2>Uploads</h2><ul>");
        for (Upload upload : uploads) {
            html.append("<li><a href=\"/media/")
                    .append(upload.id())
                    .append("\">")
                    .append(escape(upload.name()))
                    .append("</a> ");
            html.append(upload.bytes())
                    .append(" bytes")
                    .append(upload.present() ? "" : " (missing)")
                    .append("</li>");
        }
        return html.append("</ul>").toString();
    }

    private static final String STANDBY =
            "<p class=standby>This server is the standby: it shows the last copy and accepts no changes.</p>";

    private static final String FORM = "<form method=post action=/notes><input name=author placeholder=Name required>"
            + " <input name=text placeholder=Note size=40 required> <button>Sign</button></form>"
            + "<p><input type=file onchange=\"fetch('/uploads?name='+encodeURIComponent(this.files[0].name),"
            + "{method:'POST',body:this.files[0]}).then(()=>location.reload())\"></p>";

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
