package io.understudy.filestore.s3;

/** The store answered a request with an error, which the caller may have expected. */
final class S3Error extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient S3Response answer;

    S3Error(S3Response answer) {
        super(answer.toString(), null, false, false);
        this.answer = answer;
    }

    S3Response answer() {
        return answer;
    }
}
