/** Hears of new snapshots from the primaries, and tells them what this replica does. Only a hint: the filestore is the truth. */
package io.understudy.replica.discover;
