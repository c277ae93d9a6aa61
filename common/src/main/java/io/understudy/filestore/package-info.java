/**
 * Where bytes are kept: the port {@link io.understudy.filestore.Filestore}, what is added to every adapter by
 * decoration (retries, metering), and {@link io.understudy.filestore.Filestores}, which opens one by its URL. Knows
 * nothing of snapshots or blobs. The adapters live in the rooms below, one for each kind of store.
 */
package io.understudy.filestore;
