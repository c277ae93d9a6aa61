/** Trees whose files are objects of a bucket: their keys as paths, their order, and the inventory of them. */
package io.understudy.bucket;
