/**
 * A filestore in a folder of a local or mounted file system: each object a file, whole and durable before it is visible
 * under its name.
 */
package io.understudy.filestore.directory;
