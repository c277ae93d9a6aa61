package io.understudy.notify;

import io.understudy.config.NotifySettings.Webhook;
import io.understudy.config.Secret;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Sends notices as JSON over HTTP. With a secret the body is signed: {@code X-Understudy-Signature: sha256=…}, the
 * HMAC-SHA256 of its bytes (RFC 2104) in hex.
 */
final class WebhookSender implements Sender {
    private static final String HMAC = "HmacSHA256";

    private final Webhook settings;
    private final Duration remind;
    private final HttpPost post;

    WebhookSender(Webhook settings, Duration remind, Duration limit) {
        this.settings = settings;
        this.remind = remind;
        this.post = new HttpPost(limit);
    }

    @Override
    public Optional<Refusal> send(Notice notice) {
        URI url = URI.create(settings.url().reveal().orElseThrow());
        WebhookBody body = WebhookBody.of(settings.preset(), url, notice, remind);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("X-Understudy-Notice", notice.id());
        settings.token().reveal().ifPresent(token -> headers.put("Authorization", "Bearer " + token));
        settings.secret()
                .reveal()
                .ifPresent(secret -> headers.put("X-Understudy-Signature", "sha256=" + signature(secret, body.json())));
        return post.send(body.url(), headers, body.json(), secrets(url));
    }

    /** Hex, of the body's bytes in UTF-8. */
    static String signature(String secret, String body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), HMAC));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each Java machine has " + HMAC, e);
        }
    }

    private List<String> secrets(URI url) {
        return secrets(url, settings.token(), settings.secret());
    }

    /** The values, and what of a URL may be one. */
    static List<String> secrets(URI url, Secret... others) {
        List<String> all = new ArrayList<>(List.of(url.toString()));
        for (String part : (String.valueOf(url.getRawPath()) + "/" + url.getRawQuery()).split("[/&=]")) {
            if (part.length() > 7) {
                all.add(part);
            }
        }
        for (Secret each : others) {
            each.reveal().ifPresent(all::add);
        }
        return all;
    }
}
