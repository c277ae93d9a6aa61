/**
 * Receives announcements of new snapshots from the primaries, and reports to them what this replica does. Only a hint:
 * the filestore is the truth.
 */
package io.understudy.replica.discover;
