package io.understudy.filestore.s3;

import io.understudy.config.S3Options;
import java.util.LinkedHashMap;
import java.util.Map;

/** What every write says of how the store is to keep the object. */
final class WriteHeaders {
    private static final String ENCRYPTION = "x-amz-server-side-encryption";

    private WriteHeaders() {}

    static Map<String, String> of(S3Options options) {
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
}
