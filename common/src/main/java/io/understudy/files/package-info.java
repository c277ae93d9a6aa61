/**
 * Files and trees as bytes on disk: atomic and durable writes, paths that can't leave their root and survive any
 * locale, a sorted walk with excludes, and a cache that knows which files did not change. Knows nothing of repositories
 * or sites.
 */
package io.understudy.files;
