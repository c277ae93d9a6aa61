/**
 * Brings snapshots from the site's repository to the replica's own disk, where the import reads them: resumable,
 * verified, and within what the disk holds.
 */
package io.understudy.replica.fetch;
