package io.understudy.filestore.s3;

import io.understudy.config.S3Options;
import io.understudy.config.S3Options.Lock;
import io.understudy.time.Moments;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a write says of how the store is to keep the object. Blobs are locked as they are written; everything else is
 * rewritten or, as the manifest of a continuous snapshot, soon deleted, or locked later.
 */
final class WriteHeaders {
    private static final String ENCRYPTION = "x-amz-server-side-encryption";
    private static final String LOCKED = "blobs/";

    private final Map<String, String> always;
    private final Optional<Lock> lock;
    private final Clock clock;

    WriteHeaders(S3Options options, Clock clock) {
        this.always = Map.copyOf(always(options));
        this.lock = options.lock();
        this.clock = clock;
    }

    private static Map<String, String> always(S3Options options) {
        Map<String, String> headers = new LinkedHashMap<>();
        switch (options.encryption()) {
            case DEFAULT -> {}
            case S3 -> headers.put(ENCRYPTION, "AES256");
            case KMS -> {
                headers.put(ENCRYPTION, "aws:kms");
                options.kmsKey().ifPresent(key -> headers.put(ENCRYPTION + "-aws-kms-key-id", key));
            }
        }
        options.storageClass().ifPresent(name -> headers.put("x-amz-storage-class", name));
        return headers;
    }

    /** @return a map of its own */
    Map<String, String> of(String key) {
        Map<String, String> headers = new HashMap<>(always);
        lock.filter(each -> key.startsWith(LOCKED)).ifPresent(each -> {
            headers.put("x-amz-object-lock-mode", each.compliance() ? "COMPLIANCE" : "GOVERNANCE");
            headers.put("x-amz-object-lock-retain-until-date", Moments.text(each.until(clock.instant())));
        });
        return headers;
    }
}
