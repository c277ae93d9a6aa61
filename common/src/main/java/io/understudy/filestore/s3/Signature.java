package io.understudy.filestore.s3;

import io.minio.credentials.Credentials;
import io.understudy.files.ContentHash;
import io.understudy.files.Sha256;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests to S3: AWS Signature Version 4, as the reference of the Amazon S3 API describes it. The path is signed
 * as its segments are, encoded once, and not normalised.
 */
final class Signature {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";

    private Signature() {}

    /**
     * @param path encoded by {@link #encoded}, segment by segment
     * @param query names and values, not encoded
     * @param headers that are signed, by their names in lower case; {@code host} among them
     * @param payload SHA-256 of the body in hexadecimal digits
     * @return all headers that the request needs, but for {@code host}
     */
    static Map<String, String> headers(
            String method,
            String path,
            SortedMap<String, String> query,
            Map<String, String> headers,
            String payload,
            String region,
            Credentials keys,
            Instant now) {
        String time = TIME.format(now);
        SortedMap<String, String> signed = new TreeMap<>(headers);
        signed.put("x-amz-date", time);
        signed.put("x-amz-content-sha256", payload);
        if (keys.sessionToken() != null) {
            signed.put("x-amz-security-token", keys.sessionToken());
        }
        String names = String.join(";", signed.keySet());
        String request = method + "\n" + path + "\n" + text(query) + "\n"
                + signed.entrySet().stream()
                        .map(each ->
                                each.getKey() + ":" + each.getValue().strip().replaceAll(" +", " ") + "\n")
                        .collect(Collectors.joining())
                + "\n" + names + "\n" + payload;
        String day = time.substring(0, "yyyyMMdd".length());
        String scope = day + "/" + region + "/s3/aws4_request";
        String toSign = ALGORITHM + "\n" + time + "\n" + scope + "\n" + sha256(request);
        byte[] key = mac(utf8("AWS4" + keys.secretKey()), day);
        for (String part : new String[] {region, "s3", "aws4_request"}) {
            key = mac(key, part);
        }
        Map<String, String> all = new TreeMap<>(signed);
        all.remove("host");
        all.put(
                "authorization",
                ALGORITHM + " Credential=" + keys.accessKey() + "/" + scope + ", SignedHeaders=" + names
                        + ", Signature=" + ContentHash.of(mac(key, toSign)).hex());
        return all;
    }

    static String text(SortedMap<String, String> query) {
        return query.entrySet().stream()
                .map(each -> encoded(each.getKey()) + "=" + encoded(each.getValue()))
                .collect(Collectors.joining("&"));
    }

    /** As S3 encodes: everything but letters, digits and {@code - _ . ~}. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    static String sha256(String text) {
        byte[] bytes = utf8(text);
        return ContentHash.of(Sha256.of(bytes, 0, bytes.length)).hex();
    }

    private static byte[] mac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(utf8(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HMAC-SHA256", e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
