/** One round: the steps from a new snapshot in the filestore to a proven site, in their order, each resumable. */
package io.understudy.replica.round;
