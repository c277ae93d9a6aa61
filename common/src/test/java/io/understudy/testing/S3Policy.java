package io.understudy.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a policy of IAM allows: statements of Allow without conditions, with {@code *} in actions and resources. */
public final class S3Policy {
    private record Statement(List<Pattern> actions, List<Pattern> resources) {}

    private final List<Statement> statements = new ArrayList<>();
    private final JsonNode json;

    private S3Policy(JsonNode json) {
        this.json = json;
        for (JsonNode statement : json.required("Statement")) {
            statement.fieldNames().forEachRemaining(name -> {
                if (!List.of("Sid", "Effect", "Action", "Resource").contains(name)) {
                    throw new IllegalArgumentException("this test does not know " + name);
                }
            });
            if (!statement.required("Effect").asText().equals("Allow")) {
                throw new IllegalArgumentException("this test knows only Allow");
            }
            statements.add(
                    new Statement(patterns(statement.required("Action")), patterns(statement.required("Resource"))));
        }
    }

    /** The JSON that stands behind {@code <!-- policy: name -->} on a page of {@code deploy/docs}. */
    public static S3Policy ofPage(String page, String name) throws IOException {
        String text = Files.readString(Path.of("../deploy/docs").resolve(page));
        Matcher block = Pattern.compile(
                        "<!-- policy: " + Pattern.quote(name) + " -->\\s*```json\n(.*?)```", Pattern.DOTALL)
                .matcher(text);
        if (!block.find()) {
            throw new IllegalArgumentException(page + " has no policy " + name);
        }
        return new S3Policy(new JsonMapper().readTree(block.group(1)));
    }

    /** The same as a policy of this bucket, instead of the one that the page names, for one user. */
    String ofBucket(String bucket, String user) {
        JsonNode policy = json.deepCopy();
        for (JsonNode statement : policy.required("Statement")) {
            ((ObjectNode) statement).putObject("Principal").putArray("AWS").add(user);
        }
        return policy.toString().replace("arn:aws:s3:::backups", "arn:aws:s3:::" + bucket);
    }

    private static List<Pattern> patterns(JsonNode node) {
        List<Pattern> patterns = new ArrayList<>();
        (node.isArray() ? node : List.of(node))
                .forEach(each -> patterns.add(Pattern.compile(
                        ("\\Q" + each.asText() + "\\E").replace("*", "\\E.*\\Q"), Pattern.CASE_INSENSITIVE)));
        return patterns;
    }

    boolean allows(String action, String resource) {
        return statements.stream()
                .anyMatch(each ->
                        matches(each.actions(), action) && matches(each.resources(), "arn:aws:s3:::" + resource));
    }

    private static boolean matches(List<Pattern> patterns, String text) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(text).matches());
    }
}
