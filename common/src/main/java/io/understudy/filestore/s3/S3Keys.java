package io.understudy.filestore.s3;

import io.minio.credentials.Credentials;
import io.minio.credentials.Provider;
import io.understudy.failure.UnderstudyException;

/** The keys that requests are signed with. The client asks for them before each request. Thread-safe. */
interface S3Keys extends Provider {
    /** @throws UnderstudyException when there are none */
    @Override
    Credentials fetch();

    /** Whether there are others than those that the store refused; reads them again unless that happened since. */
    boolean differFrom(Credentials refused);

    /** Where they come from, for {@code check}; never holds a secret. */
    String source();

    /** What an operator looks at where the keys are refused. */
    default String hint() {
        return "the keys from " + source();
    }
}
