/**
 * A filestore in a bucket of Amazon S3 or a compatible store. The only room that sees the S3 client; what it throws
 * never leaves here, because it can carry request headers with a session token.
 */
package io.understudy.filestore.s3;
