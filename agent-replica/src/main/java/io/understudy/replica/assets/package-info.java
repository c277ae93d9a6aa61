/** Trees of buckets on a standby: the bucket that an import writes to, and what is missing of recorded objects. */
package io.understudy.replica.assets;
